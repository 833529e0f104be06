/**
 * Defender's own record of an action, with the wire's own names.
 * Source: MicrosoftDocs/defender-docs `api/machineaction.md`; observed bodies differ, so everything but `id` may be missing.
 */
export interface MachineAction {
  readonly id: string;
  /** `RestrictCodeExecution`, `UnrestrictCodeExecution`, or any other value Microsoft adds. */
  readonly type: string | null;
  /** `Pending`, `InProgress`, `Succeeded`, `Failed`, `TimeOut`, `Cancelled`; an unknown value means "still open". */
  readonly status: string | null;
  readonly machineId: string | null;
  readonly computerDnsName: string | null;
  readonly requestor: string | null;
  readonly requestorComment: string | null;
  readonly creationDateTimeUtc: string | null;
  /** Also read from `lastUpdateTimeUtc`, as older answers spell it. */
  readonly lastUpdateDateTimeUtc: string | null;
  readonly cancellationRequestor: string | null;
  readonly cancellationComment: string | null;
  readonly errorHResult: number | null;
}

export const machineActionType = {
  restrict: 'RestrictCodeExecution',
  release: 'UnrestrictCodeExecution',
} as const;

export type FinalStatus = 'Succeeded' | 'Failed' | 'TimeOut' | 'Cancelled';

const finalStatuses: ReadonlySet<string> = new Set<FinalStatus>(['Succeeded', 'Failed', 'TimeOut', 'Cancelled']);

/** The final status, or undefined while Defender has not settled the action (unknown values included). */
export function finalStatus(action: Pick<MachineAction, 'status'>): FinalStatus | undefined {
  return action.status !== null && finalStatuses.has(action.status) ? (action.status as FinalStatus) : undefined;
}

/** What the record keeps of an action: which one it is, and Defender's own times. */
export function actionFacts(action: MachineAction): Readonly<Record<string, unknown>> {
  const { id, type, status, creationDateTimeUtc, lastUpdateDateTimeUtc } = action;
  return { machineAction: id, type, status, creationDateTimeUtc, lastUpdateDateTimeUtc };
}
