import type { ActionKind } from '../command/model.js';
import type { RequestState } from '../request/life.js';
import type { Inline, Line, Tone } from './inline.js';

/** A message without state: a reply in a thread, a direct message, an answer that only one person sees. */
export interface Note {
  readonly tone: Tone;
  readonly lines: readonly Line[];
  /** Words of a person, shown as a quotation. */
  readonly quote?: string;
  readonly buttons?: readonly Button[];
}

/** The message with the buttons that stands for a Request in a conversation. Rendered from the current state whenever it is sent. */
export interface Card {
  readonly requestId: string;
  readonly action: ActionKind;
  readonly state: RequestState;
  readonly tone: Tone;
  /** One line: what is asked, for which device. */
  readonly title: string;
  /** One line: where it stands. */
  readonly status: Line;
  /** Label and value: requester, device facts, approvals, expiry. */
  readonly facts: readonly { readonly label: string; readonly value: Line }[];
  /** The requester's words. */
  readonly comment: string;
  /** What the action does to the device, in one line. */
  readonly effect: string;
  /** Votes and steps so far, oldest first. */
  readonly story: readonly Line[];
  /** Empty once nobody can decide any more. */
  readonly buttons: readonly Button[];
}

/** `token` is opaque: what it means is in the store. `asks` opens a field for a reason before anything is decided. */
export interface Button {
  readonly label: string;
  readonly style: 'primary' | 'danger' | 'plain';
  readonly token: string;
  readonly asks?: { readonly title: string; readonly label: string; readonly submit: string };
}

export type View = { readonly kind: 'card'; readonly card: Card } | { readonly kind: 'note'; readonly note: Note };

/** The words of a line without any mark-up, for logs, terminals and fallback texts. */
export function plain(line: Line, time: (at: number) => string = (at) => new Date(at).toISOString()): string {
  return line.map((part) => plainInline(part, time)).join('');
}

function plainInline(part: Inline, time: (at: number) => string): string {
  if (typeof part === 'string') return part;
  if ('bold' in part) return part.bold;
  if ('code' in part) return part.code;
  if ('person' in part) return part.name;
  if ('at' in part) return time(part.at);
  if ('channel' in part) return part.on === 'slack' ? `#${part.channel}` : 'a channel in Teams';
  return part.label;
}
