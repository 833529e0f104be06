/**
 * What may be shown or logged of a text that came from Defender or Entra. Those texts are free and have been seen to
 * echo the token's app id, audience and issuer; so tokens, GUIDs, URLs, addresses and any long opaque run are masked.
 * It does not prove that a text is harmless: only short excerpts of it are ever shown.
 */
export function redact(text: string, limit = 200): string {
  const clean = text
    .replaceAll(/[\p{Cf}\p{Cs}]/gu, '')
    .replaceAll(/[\s\p{Cc}\p{Z}]+/gu, ' ')
    .replaceAll(/https?:\/\/[^\s,;"')]+/gi, '[link]')
    .replaceAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[address]')
    .replaceAll(/\beyJ[\w.~+/=-]*/g, '[token]')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '[id]')
    .replaceAll(/[\w~+/=-]{32,}/g, '[id]')
    .trim();
  return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).trimEnd()}…`;
}
