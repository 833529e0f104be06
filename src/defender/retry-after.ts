/** The longest quota window: waiting longer than this cannot be what a quota asks for, whatever a broken header says. */
const longestMs = 3_600_000;

/**
 * How long a 429 asks to wait, in ms (at most one hour), or undefined where it does not say and the caller has to back
 * off by itself. Tried in this order: the `Retry-After` header (seconds or an HTTP date), "again in 8 seconds" in the
 * text, the exceeded window in the text ("maximum allowed 45 per 00:01:00").
 * Source: defender-docs `api/common-errors.md` for the header; the texts are observed.
 *
 * @param now Unix ms, for a header that is a date
 */
export function retryAfterMs(header: string | null, text: string, now: number): number | undefined {
  const asked = fromHeader(header, now) ?? fromSentence(text) ?? fromWindow(text);
  return asked === undefined ? undefined : Math.min(asked, longestMs);
}

function fromHeader(header: string | null, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return positive(Number(value) * 1000);
  return value.endsWith('GMT') ? positive(Date.parse(value) - now) : undefined;
}

function fromSentence(text: string): number | undefined {
  const match = /\bagain in (\d+) (second|minute|hour)/i.exec(text);
  if (match === null) return undefined;
  const unit = { second: 1000, minute: 60_000, hour: 3_600_000 }[match[2]?.toLowerCase() ?? ''];
  return unit === undefined ? undefined : positive(Number(match[1]) * unit);
}

function fromWindow(text: string): number | undefined {
  const match = /\bper (\d\d):(\d\d):(\d\d)\b/.exec(text);
  if (match === null) return undefined;
  return positive((Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 1000);
}

/** Zero, the past and unreadable dates say nothing: obeying them would mean to hammer an API that has just refused. */
function positive(ms: number): number | undefined {
  return ms > 0 ? ms : undefined;
}
