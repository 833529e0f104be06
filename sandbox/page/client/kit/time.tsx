import type { ReactNode } from 'react';

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const precise = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' });

/** A moment (Unix ms) in the reader's zone; all of it when pointed at. */
export function Time({ at, seconds = false }: { readonly at: number; readonly seconds?: boolean }): ReactNode {
  return (
    <time dateTime={new Date(at).toISOString()} title={full.format(at)}>
      {(seconds ? precise : clock).format(at)}
    </time>
  );
}
