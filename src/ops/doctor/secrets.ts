import { withoutTokens } from '../log.js';

/** Settings whose values nobody may read; those that end so hold the path of a file. */
const secret = /TOKEN|SECRET|PASSWORD|Password/;
const path = /_(?:FILE|PATH)$/;
const shortest = 6;

/**
 * Cuts out of a text what must not leave: the values of secret settings and the password of `DATABASE_URL`, as they are and as they look
 * in an address, and whatever has the form of a token. The checks put none into their words; this is for what others answer.
 */
export function createScrub(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const values = Object.entries(env).flatMap(([name, value]) =>
    secret.test(name) && !path.test(name) && value !== undefined ? [value.trim()] : [],
  );
  const url = env['DATABASE_URL'] ?? '';
  const passwords = URL.canParse(url) ? [new URL(url).password] : [];
  const found = [...values, ...passwords, ...passwords.map(decoded)].filter((value) => value.length >= shortest);
  const all = [...new Set(found.flatMap((value) => [value, encodeURIComponent(value)]))].toSorted(
    (a, b) => b.length - a.length,
  );
  return (text) => withoutTokens(all.reduce((left, value) => left.replaceAll(value, '[cut]'), text));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
