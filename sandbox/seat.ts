import { setTimeout as delay } from 'node:timers/promises';

/** What one person can do at one platform. Methods throw, in words for whoever sits there, what the platform's client would not let them do. */
export interface Seat {
  /** `alice #inc-4711>` */
  readonly label: string;
  /** By login (`alice`); false where this platform has nobody of that name. */
  become(login: string): boolean;
  go(conversation: string): boolean;
  command(verb: string, text: string): Promise<Done>;
  /** In the thread of the newest card of the conversation, if there is one. */
  mention(text: string): Promise<Done>;
  direct(text: string): Promise<Done>;
  /** Of the card with this id in it; the newest one for an empty id. */
  approve(id: string): Promise<Done>;
  deny(id: string, reason: string): Promise<Done>;
}

/** The HTTP status with which Cordon answered. */
export interface Done {
  readonly status: number;
}

const waitMs = 5_000;

/** Waits a little for something that is on its way. Throws `missing` where it does not come. */
export async function soon<T>(look: () => T | undefined, missing: string): Promise<T> {
  for (let waited = 0; waited < waitMs; waited += 50) {
    const found = look();
    if (found !== undefined) return found;
    await delay(50);
  }
  throw new Error(missing);
}

/** The newest of these cards that shows the id; ids are written with and without dash and `#`. */
export function newestOf<T>(cards: readonly T[], id: string, content: (card: T) => unknown): T | undefined {
  const wanted = bare(id);
  return cards.findLast((card) => bare(JSON.stringify(content(card))).includes(wanted));
}

export function noCard(id: string): string {
  return id === '' ? 'No card waits for a decision.' : `No card of ${id} waits for a decision.`;
}

function bare(text: string): string {
  return text.replaceAll(/[-#]/g, '').toUpperCase();
}
