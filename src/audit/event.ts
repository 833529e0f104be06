import { accountKey, type Person } from '../people/person.js';

/**
 * Who did it: a person, Cordon itself (a timer, a loop), Defender (a status that it reported), or somebody at the command line, under
 * the name that the operating system gives them.
 */
export type Actor =
  | { readonly kind: 'person'; readonly id: string; readonly name: string; readonly account: string }
  | { readonly kind: 'cordon' }
  | { readonly kind: 'defender' }
  | { readonly kind: 'operator'; readonly name: string };

/** One immutable line of the record. `detail` holds ids and facts, never secrets. */
export interface AuditEvent {
  /** Unix ms. */
  readonly at: number;
  /** What happened, e.g. `request.created`, `request.approve`, `vote.refused`, `card.lost`, `person.linked`. */
  readonly what: string;
  readonly actor: Actor;
  readonly requestId?: string;
  readonly deviceId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export const cordon: Actor = { kind: 'cordon' };
export const defender: Actor = { kind: 'defender' };

export function personActor(person: Person): Actor {
  return { kind: 'person', id: person.id, name: person.name, account: accountKey(person.account) };
}
