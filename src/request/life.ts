/**
 * The life of a Request as a pure state machine. Guarantees: a state is only ever left by an event that the table
 * names, so a vote after expiry, a poll result after a cancel or a cancel after success cannot change anything.
 * It does not guarantee that two writers see the same state: that is the compare-and-swap of the store.
 */

const table = {
  'awaiting approval': {
    approve: 'approved',
    deny: 'denied',
    expire: 'expired',
    withdraw: 'withdrawn',
    refuse: 'refused',
  },
  approved: {
    queue: 'queued',
    reopen: 'awaiting approval',
    withdraw: 'withdrawn',
    refuse: 'refused',
    cancel: 'cancelled',
  },
  queued: {
    send: 'sending',
    adopt: 'submitted',
    reopen: 'awaiting approval',
    withdraw: 'withdrawn',
    refuse: 'refused',
    cancel: 'cancelled',
    rehearse: 'rehearsed',
  },
  sending: { submit: 'submitted', reject: 'failed', requeue: 'queued', lose: 'unknown', cancel: 'cancelled' },
  unknown: { submit: 'submitted', requeue: 'queued', cancel: 'cancelled' },
  submitted: { succeed: 'succeeded', fail: 'failed', 'time out': 'timed out', cancel: 'cancelled' },
  succeeded: {},
  failed: {},
  'timed out': {},
  cancelled: {},
  denied: {},
  expired: {},
  withdrawn: {},
  refused: {},
  rehearsed: {},
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type RequestState = keyof typeof table;
type EventsOf<S> = S extends RequestState ? keyof (typeof table)[S] : never;

/**
 * What can happen to a Request. `requeue`: Defender is known not to have taken the call. `lose`: nobody can tell whether
 * it did. `adopt`: Defender has an action of the same kind already. `reject`: Defender refused the call. `cancel`: Defender stopped the action, or Cordon makes no call because it was
 * asked not to and Defender does not have it. `reopen`: an approver took a vote back without which it is not approved. `rehearse`: everything but the call, in a dry run. The last four are Defender's own final statuses.
 */
export type RequestEvent = EventsOf<RequestState>;

export const requestStates = Object.keys(table) as RequestState[];
export const requestEvents = [...new Set(Object.values(table).flatMap(Object.keys))] as RequestEvent[];

/** The state after the event, or undefined where the event means nothing any more. */
export function next(state: RequestState, event: RequestEvent): RequestState | undefined {
  const row: Partial<Record<RequestEvent, RequestState>> = table[state];
  return row[event];
}

/** Nothing more will happen to a Request in this state. */
export function isFinal(state: RequestState): boolean {
  return Object.keys(table[state]).length === 0;
}

/** The states in which a call for the device is, or may be, under way in Defender. */
export const runningStates: readonly RequestState[] = ['sending', 'submitted', 'unknown'];

/** The states in which something is still to come. */
export const openStates: readonly RequestState[] = requestStates.filter((state) => !isFinal(state));
