import type { Response } from 'express';
import type { Operation } from '../../src/defender/defender.js';
import type { Fault } from '../faults.js';
import { ApiError, refusal } from './answer.js';

/**
 * What can be ordered to go wrong.
 * Without doing the work: `401`, `403`, `404`, `429`, `500`, `503`, `html` (a gateway's 502 page), `timeout` (no answer, ever),
 * `reset` (the connection is cut).
 * After doing the work: `lost answer` (the connection is cut), `empty` (the success status without a body), `no id` (the
 * body has no action id), `late listing` (reads do not find the new action for a while), `lost and late` (both: the worst).
 */
export type DefenderFaultKind =
  | '401'
  | '403'
  | '404'
  | '429'
  | '500'
  | '503'
  | 'html'
  | 'timeout'
  | 'reset'
  | 'lost answer'
  | 'empty'
  | 'no id'
  | 'late listing'
  | 'lost and late';

export type DefenderFault = Fault<Operation, DefenderFaultKind>;

const gatewayPage =
  '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h2>502 - Web server received an invalid ' +
  'response while acting as a gateway or proxy server.</h2></body></html>';

/**
 * Plays the part of a fault that comes instead of the work. Returns the status that was sent, `none` when no answer was
 * or will be, undefined when the work is still to be done; throws the refusals that have the API's own shape.
 */
export function failInstead(fault: DefenderFault | undefined, response: Response): number | 'none' | undefined {
  switch (fault?.kind) {
    case '401':
      throw refusal.unauthorized();
    case '403':
      throw refusal.forbidden(['Machine.RestrictExecution'], []);
    case '404':
      throw refusal.machine('of an ordered fault');
    case '429':
      throw refusal.quota(100, 60_000, fault.retryAfter === undefined ? 7 : fault.retryAfter, fault.message);
    case '500':
      throw refusal.internal();
    case '503':
      throw new ApiError(503, 'ServiceUnavailable', 'The service is temporarily unavailable');
    case 'html':
      response.status(502).type('html').send(gatewayPage);
      return 502;
    case 'timeout':
      return 'none';
    case 'reset':
      response.socket?.destroy();
      return 'none';
    default:
      return undefined;
  }
}
