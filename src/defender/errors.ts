import { CordonError } from '../errors.js';

/** Codes of Defender itself. Source: MicrosoftDocs/defender-docs `api/common-errors.md`; the last one: `api/run-live-response.md`. */
export const wireCodes = [
  'BadRequest',
  'ODataError',
  'InvalidInput',
  'InvalidRequestBody',
  'InvalidHashValue',
  'InvalidDomainName',
  'InvalidIpAddress',
  'InvalidUrl',
  'MaximumBatchSizeExceeded',
  'MissingRequiredParameter',
  'OsPlatformNotSupported',
  'ClientVersionNotSupported',
  'Unauthorized',
  'Forbidden',
  'DisabledFeature',
  'DisallowedOperation',
  'NotFound',
  'ResourceNotFound',
  'TooManyRequests',
  'InternalServerError',
  'ActiveRequestAlreadyExists',
] as const;

/**
 * Codes of Cordon, where Defender gave none. `network_failure`: no connection, or it broke. `timed_out`: no complete
 * answer in time. `unreadable_answer`: a 2xx that is not the documented JSON. `unexpected_answer`: a status, redirect or
 * page that is not Defender's. `no_action_id`: a 2xx to a submission that names no action. `token_failed`: Entra gave no
 * token. `too_many_machines`: the name matches more than one answer can hold. `too_late`: the call was not ready to leave
 * within its time, so it was not sent. `dry_run`: it would have changed something.
 */
export const ownCodes = [
  'network_failure',
  'timed_out',
  'unreadable_answer',
  'unexpected_answer',
  'no_action_id',
  'token_failed',
  'too_many_machines',
  'too_late',
  'dry_run',
] as const;

export type DefenderErrorCode = (typeof wireCodes)[number] | (typeof ownCodes)[number];

/** Whether Defender may have carried out the call. `no` is certain; reads are always `no`. */
export type Taken = 'no' | 'unknown';

export interface DefenderErrorFacts {
  readonly taken: Taken;
  readonly userText: string;
  /** HTTP status; missing where no answer came. */
  readonly status?: number | undefined;
  /** Defender's correlation id, which Microsoft's support asks for. */
  readonly target?: string | undefined;
  /** How long Defender asked to wait; missing where it did not say. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Everything that can go wrong between Cordon and Defender, the token included. Its `userText` is always set. */
export class DefenderError extends CordonError {
  declare readonly code: DefenderErrorCode;
  declare readonly userText: string;
  readonly taken: Taken;
  readonly status: number | undefined;
  readonly target: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: DefenderErrorCode, message: string, facts: DefenderErrorFacts) {
    super(code, message, { cause: facts.cause, userText: facts.userText });
    this.taken = facts.taken;
    this.status = facts.status;
    this.target = facts.target;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
