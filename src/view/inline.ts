import type { Account, PlatformName } from '../people/person.js';

/**
 * Text as Cordon says it, free of any platform's markup. A plain string is literal: the adapter escapes it, so that
 * nothing that a person or Defender wrote can format, link or ping. `at` is Unix ms, shown in the reader's time zone; `channel` is
 * a conversation's id on its platform, shown as a link to it where the reader is on that platform too.
 */
export type Inline =
  | string
  | { readonly bold: string }
  | { readonly code: string }
  | { readonly person: Account; readonly name: string }
  | { readonly at: number }
  | { readonly channel: string; readonly on: PlatformName }
  | { readonly link: string; readonly label: string };

export type Line = readonly Inline[];
export type Tone = 'neutral' | 'progress' | 'success' | 'warning' | 'danger';
