import type { TeamsFault } from '../teams.js';
import type { Reply } from './connector.js';
import { ConnectorError, refusal } from './errors.js';

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** The code of a refusal, or a complaint about what was taken. */
  readonly error: string | undefined;
}

/** Does the work, or what the fault says instead of it. */
export function answerTo(fault: TeamsFault | undefined, work: () => Reply): Answered {
  try {
    if (fault !== undefined && fault.kind !== 'lost answer') throw faultError(fault);
    const { status, body, complaint } = work();
    return { status, body, headers: {}, error: complaint };
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown;
    const headers: Record<string, string> =
      thrown.retryAfter === undefined ? {} : { 'Retry-After': String(thrown.retryAfter) };
    return { status: thrown.status, body: thrown.body(), headers, error: thrown.code };
  }
}

/** Of the kinds that never answer, only the code is seen, in the journal. */
function faultError({ kind, error, retryAfter }: TeamsFault): ConnectorError {
  switch (kind) {
    case '429':
      return refusal.throttled(retryAfter === null ? undefined : (retryAfter ?? 1));
    case '500':
      return new ConnectorError('ServiceError', 'An internal error occurred.');
    case '503':
      return new ConnectorError('ServiceUnavailable', 'The service is unavailable.');
    case 'error':
      return new ConnectorError(error ?? 'BadArgument', 'Refused by an ordered fault.');
    default:
      return new ConnectorError(kind, kind);
  }
}
