import type { StoredLine } from './verify-record.js';

/** What of a stored Request goes out. Tokens of buttons and addresses of conversations stay. */
const shown = [
  'id',
  'action',
  'state',
  'comment',
  'dryRun',
  'requester',
  'origin',
  'createdAt',
  'expiresAt',
  'settledAt',
  'revision',
  'commitment',
  'rule',
  'policyRevision',
  'quorum',
  'need',
  'approvers',
  'device',
  'sentAt',
  'attempts',
  'submittedAt',
  'adopted',
  'machineAction',
  'failure',
] as const;

interface VoteLike {
  readonly person: unknown;
  readonly decision: string;
  readonly reason?: string;
  readonly revision: number;
  readonly at: number;
}

/**
 * One Request as one document: what was asked, the votes, the policy's tree at each decision, the calls and what Defender said of them,
 * each with the number of the event that says so. `stored` is the Request's row, which is not chained: where it and the events differ, the
 * events are right.
 */
export function requestDocument(
  id: string,
  stored: (Readonly<Record<string, unknown>> & { readonly votes?: readonly VoteLike[] }) | undefined,
  lines: readonly StoredLine[],
): Readonly<Record<string, unknown>> {
  const events = lines.flatMap(({ seq, event }) => (event === undefined ? [] : [{ seq, ...event }]));
  const withDetail = (field: string) =>
    events.flatMap(({ seq, at, what, detail }) =>
      detail?.[field] === undefined ? [] : [{ seq, at, what, value: detail[field], detail }],
    );
  return {
    requestId: id,
    request: Object.fromEntries(shown.flatMap((name) => (stored?.[name] === undefined ? [] : [[name, stored[name]]]))),
    votes: (stored?.votes ?? []).map(({ person, decision, reason, revision, at }) => ({
      person,
      decision,
      ...(reason === undefined ? {} : { reason }),
      revision,
      at,
    })),
    story: events.map(({ seq, at, what, actor, from, to }) => ({
      seq,
      at,
      what,
      actor,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })),
    policy: withDetail('because').map(({ seq, at, what, value }) => ({ seq, at, what, because: value })),
    machineActions: withDetail('machineAction').map(({ seq, at, what, detail }) => ({ seq, at, what, ...detail })),
  };
}
