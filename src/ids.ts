const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

type RandomBytes = (size: number) => Uint8Array;

/** A Request id: eight characters of Crockford's base 32, 40 random bits. A clash is refused by the store, and the command is tried again. */
export function requestId(randomBytes: RandomBytes): string {
  return characters(randomBytes(8));
}

/** A code that links two accounts: twelve characters of Crockford's base 32, 60 random bits. */
export function linkCode(randomBytes: RandomBytes): string {
  return characters(randomBytes(12));
}

/** 32 divides 256, so every character is as likely as any other. */
function characters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet.charAt(byte % 32)).join('');
}

/** What a button carries: 192 random bits, base64url. */
export function buttonToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(24)).toString('base64url');
}
