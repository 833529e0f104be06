/** The code with which a person links two accounts: twelve characters of Crockford's base 32, kept without dashes. */

/** `7K3M9Q2X4T6V` → `7K3M-9Q2X-4T6V`. */
export function displayCode(code: string): string {
  return code.replaceAll(/(.{4})(?=.)/g, '$1-');
}

/** Reads a code as people write it: any case, with dashes, blanks or neither, O for 0, I and L for 1. Undefined if it is none. */
export function readCode(text: string): string | undefined {
  const code = text.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{12}$/.test(code) ? code : undefined;
}
