import { CordonError } from '../errors.js';

/**
 * What can go wrong with the record. Whatever the code, nothing of the method that threw it happened.
 * `store_busy`: another process kept the database locked for too long. `store_failed`: a mistake in Cordon itself.
 * `incoming_settled`: the Incoming that this change would answer was answered already, by another process say.
 * `audit_broken`: the record was changed by somebody else, so nothing is done that would have to be added to it.
 * `audit_key`: the record was written with an audit key that is not set.
 * `store_newer`: the database was written by a newer Cordon. `store_url`: `DATABASE_URL` names no store.
 */
export type StoreErrorCode =
  | 'store_full'
  | 'store_busy'
  | 'store_corrupt'
  | 'store_unavailable'
  | 'store_failed'
  | 'store_newer'
  | 'store_url'
  | 'audit_broken'
  | 'audit_key'
  | 'request_exists'
  | 'request_open'
  | 'too_many_open'
  | 'too_many_of_yours'
  | 'vote_exists'
  | 'incoming_settled';

const userTexts: Readonly<Record<StoreErrorCode, string | undefined>> = {
  store_full:
    'Nothing was done: the disk that holds my records is full. Ask whoever runs Cordon to free space, then try again.',
  store_busy: 'Nothing was done: my records were busy. Try again in a moment.',
  store_corrupt:
    'Nothing was done: my records are damaged. Ask whoever runs Cordon to restore its database from a backup.',
  store_unavailable:
    'Nothing was done: I cannot reach my records. Try again in a moment, and tell whoever runs Cordon if it goes on.',
  store_failed: undefined,
  store_newer: undefined,
  store_url: undefined,
  audit_broken:
    'Nothing was done: my record was changed by somebody else or is damaged, and what I cannot record I do not do. Tell whoever runs Cordon: npx cordon audit verify --database says where.',
  audit_key: undefined,
  request_exists: 'Nothing was done: the new request got an id that is taken. Send the command again.',
  request_open: 'Nothing was done: another request for this device is open.',
  too_many_open:
    'Nothing was done: as many requests are open as this Cordon takes. Approve, deny or withdraw some (“list” shows them), or ask whoever runs Cordon to raise CORDON_OPEN_REQUESTS.',
  too_many_of_yours:
    'Nothing was done: you have as many open requests as one person may have. Withdraw some or have them decided (“list” shows them), or ask whoever runs Cordon to raise CORDON_OPEN_REQUESTS_PER_PERSON.',
  vote_exists:
    'Your vote on this request was counted already. One person has one vote, whatever account it comes from.',
  incoming_settled: 'That was answered already.',
};

export class StoreError extends CordonError {
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    const userText = userTexts[code];
    super(code, message, { cause, ...(userText !== undefined && { userText }) });
  }
}
