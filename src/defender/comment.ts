import { displayId } from '../request/request.js';

export interface DefenderComment {
  /** What the requester typed. */
  readonly comment: string;
  /** Names for the reader. */
  readonly requester: string;
  readonly approvers: readonly string[];
  readonly requestId: string;
}

/** Microsoft publishes no limit for `Comment`; this is Cordon's own, in UTF-16 units. */
export const commentLimit = 1000;

const ellipsis = '…';

/**
 * The `Comment` that Defender stores: which Request it is, the person's words, then who asked and who approved, because
 * Defender itself only shows the application. At most `limit` UTF-16 units, one line, without control, bidi and
 * zero-width characters. What is too long is cut in this order: the person's words, then the names. The Request's mark
 * comes first, so that the action is known again even if Microsoft cuts long comments (nothing is published about that).
 * The limit must leave room for the mark (24 units).
 */
export function defenderComment(parts: DefenderComment, limit = commentLimit): string {
  const mark = requestMark(parts.requestId);
  const approvers = parts.approvers.map(oneLine).join(', ');
  const who = `Requested by ${oneLine(parts.requester)}.${approvers === '' ? '' : ` Approved by ${approvers}.`}`;
  return compose(mark, oneLine(parts.comment), who, limit);
}

/** The `Comment` of a cancellation, with the same mark, order and limit: whose Request, why, and who wished it. */
export function cancelComment(
  parts: { readonly requestId: string; readonly by: string; readonly reason: string | undefined },
  limit = commentLimit,
): string {
  const who = `Cancelled by ${oneLine(parts.by)}.`;
  return compose(requestMark(parts.requestId), oneLine(parts.reason ?? ''), who, limit);
}

function compose(mark: string, said: string, who: string, limit: number): string {
  const room = limit - mark.length - 1;
  const shownWho = truncate(who, said === '' ? room : Math.max(Math.floor(room / 2), room - said.length - 1));
  const shownSaid = truncate(said, room - shownWho.length - (shownWho === '' ? 0 : 1));
  return [mark, shownSaid, shownWho].filter((part) => part !== '').join(' ');
}

/**
 * Whether Cordon wrote this comment for this Request. Only the beginning counts: what follows are a person's words,
 * who may well type the number of another Request.
 */
export function mentionsRequest(requestorComment: string | null, requestId: string): boolean {
  return requestorComment !== null && requestorComment.trimStart().startsWith(requestMark(requestId));
}

/** `[Cordon 7K3M-9Q2X]` */
export function requestMark(requestId: string): string {
  return `[Cordon ${displayId(requestId)}]`;
}

/** Bidi marks, zero-width and other invisible characters (Cf) and lone surrogates (Cs) go; blanks and controls become one space. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cf}\p{Cs}]/gu, '')
    .replaceAll(/[\s\p{Z}\p{Cc}]+/gu, ' ')
    .trim();
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function truncate(text: string, room: number): string {
  if (text.length <= room) return text;
  let end = 0;
  for (const { index, segment } of graphemes.segment(text)) {
    if (index + segment.length > room - ellipsis.length) break;
    end = index + segment.length;
  }
  return end === 0 ? '' : `${text.slice(0, end).trimEnd()}${ellipsis}`;
}
