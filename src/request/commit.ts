import type { Origin } from '../command/model.js';
import type { Account } from '../people/person.js';
import type { Effects } from '../store/store.js';
import type { Note } from '../view/model.js';
import type { Context } from './context.js';
import { effectsOf, type Happening, whisper } from './effects.js';
import type { Request } from './request.js';

/** Nothing is recorded, said or owed. */
export const nothing: Effects = { audit: [], deliveries: [] };

/**
 * Stores the change from `before` to `after`, and on to what is `next`, with all that it owes. False, and nothing stored, when somebody else
 * was faster.
 */
export async function commit(
  { store, wake }: Pick<Context, 'store' | 'wake'>,
  before: Request,
  after: Request,
  at: number,
  happening: Happening,
): Promise<boolean> {
  const stored = await store.change(happening.next?.request ?? after, effectsOf(before, after, at, happening));
  if (stored) wake('deliver');
  return stored;
}

/** Nothing happened: the claimed Request is looked at again at `dueAt`. */
export async function putOff({ store }: Pick<Context, 'store'>, request: Request, dueAt: number): Promise<void> {
  if (request.claim !== undefined) await store.postponeRequests([request.id], request.claim, dueAt);
}

/** The Incoming that is answered, whom it is from and where they are. */
export interface Asker {
  readonly key: string;
  readonly account: Account;
  readonly origin: Origin;
}

/** Answers the one who asked, and nobody else; the Incoming is settled with it. No Request changes. */
export async function answer(
  { store, wake }: Pick<Context, 'store' | 'wake'>,
  { key, account, origin }: Asker,
  note: Note,
  also: Pick<Partial<Effects>, 'audit' | 'buttons' | 'once'> = {},
): Promise<void> {
  await store.settleIncoming(key, { audit: [], ...also, deliveries: [whisper(account, origin, note, key)] });
  wake('deliver');
}
