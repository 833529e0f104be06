const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

type RandomBytes = (size: number) => Uint8Array;

/** A Request id: eight characters of Crockford's base 32, 40 random bits. A clash is refused by the store, and the command is tried again. */
export function requestId(randomBytes: RandomBytes): string {
  return Array.from(randomBytes(8), (byte) => alphabet.charAt(byte % 32)).join('');
}

/** What a button carries: 192 random bits, base64url. */
export function buttonToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(24)).toString('base64url');
}
