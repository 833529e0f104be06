/**
 * A card of each state, for an operator who wants to see them where they will be. Guarantees: every one says that it is a sample; the
 * tokens of their buttons are nowhere stored, so a press is answered like that of any unknown button and does nothing.
 */
import type { ActionKind } from '../../command/model.js';
import { unknownMachine } from '../../defender/machine.js';
import type { MachineAction } from '../../defender/machine-action.js';
import type { Person } from '../../people/person.js';
import { PlatformError } from '../../platform.js';
import { requestStates, type RequestState } from '../../request/life.js';
import type { Place, Request } from '../../request/request.js';
import { cardOf } from '../../view/card.js';
import type { Line } from '../../view/inline.js';
import type { Card } from '../../view/model.js';
import { type Finding, inWords } from './check.js';
import type { PlatformDoctor } from './platform-doctor.js';

export interface SamplesOptions {
  readonly platform: PlatformDoctor;
  readonly conversation: string;
  readonly portalUrl: string;
  /** Unix ms. */
  readonly now: number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Slack takes about one message a second per channel. */
const pauseMs = 1_200;
const mostTries = 3;

export async function sendSamples({ platform, conversation, portalUrl, now, sleep }: SamplesOptions): Promise<Finding> {
  const about = `${platform.name}:${conversation}`;
  const finding = (status: Finding['status'], seen: string, next?: string): Finding => ({
    id: 'samples.sent',
    area: 'samples',
    title: 'Sample cards',
    status,
    about,
    seen,
    ...(next === undefined ? {} : { next }),
  });
  const sent: RequestState[] = [];
  for (const state of requestStates) {
    const place: Place = { platform: platform.name, conversation };
    const card = sampleCard(state, portalUrl, place, now);
    try {
      await patiently(() => platform.post(conversation, { kind: 'card', card }), sleep);
    } catch (error) {
      const before =
        sent.length === 0
          ? 'Nothing was posted'
          : `Only ${sent.join(', ')} ${sent.length === 1 ? 'was' : 'were'} posted`;
      return finding(
        'failed',
        `${before} in ${about}: ${inWords(error)}`,
        'Invite Cordon there, or put the id right, and ask again.',
      );
    }
    sent.push(state);
    if (state !== requestStates.at(-1)) await sleep(pauseMs);
  }
  return finding(
    'ok',
    `Posted in ${about}, one of each state: ${sent.join(', ')}. Their buttons do nothing; delete them when you have seen them.`,
  );
}

async function patiently(post: () => Promise<unknown>, sleep: SamplesOptions['sleep']): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await post();
      return;
    } catch (error) {
      // What may be there already is not posted twice.
      const again = error instanceof PlatformError && error.kind === 'later' && !error.unsure && tries < mostTries;
      if (!again) throw error;
      await sleep(error.retryAfterMs ?? 2_000);
    }
  }
}

export function sampleCard(state: RequestState, portalUrl: string, place: Place, now: number): Card {
  const card = cardOf(sampleRequest(state, place, now), portalUrl, place);
  return {
    ...card,
    requestId: 'SAMPLE',
    title: `SAMPLE: ${card.title}`,
    status: [{ bold: 'Only a sample' }, ', no device is touched. ', ...card.status],
    facts: card.facts.map(({ label, value }) => ({ label, value: withoutMentions(value) })),
    story: card.story.map(withoutMentions),
  };
}

/** Nobody has these accounts, so nobody can be mentioned. */
function withoutMentions(line: Line): Line {
  return line.map((part) => (typeof part === 'object' && 'person' in part ? part.name : part));
}

function somebody(name: string, { platform }: Place): Person {
  return {
    id: `sample:${name}`,
    account: { platform, tenant: 'sample', user: `SAMPLE${name.toUpperCase()}` },
    name: `${name} (sample)`,
    standing: 'member',
  };
}

const action: ActionKind = 'restrict';

function sampleRequest(state: RequestState, place: Place, now: number): Request {
  const [alice, bob] = [somebody('alice', place), somebody('bob', place)];
  const decided = state !== 'awaiting approval' && state !== 'expired' && state !== 'withdrawn';
  const votes: Request['votes'] = decided
    ? [{ person: bob, decision: state === 'denied' ? 'deny' : 'approve', revision: 1, at: now - 60_000 }]
    : [];
  const machineAction = actionIn(state);
  return {
    id: 'SAMPLE00',
    version: 1,
    state,
    action,
    device: sampleDevice(now),
    comment: 'This is a sample: it stands for no request, and no device is touched.',
    requester: alice,
    origin: { ...place, tenant: 'sample', direct: false },
    createdAt: now - 120_000,
    expiresAt: now + 3_480_000,
    revision: 1,
    rule: 'sample',
    policyRevision: 'sample',
    quorum: 1,
    approvers: ['sample approvers'],
    votes,
    places: [{ ...place, tokens: { approve: 'sample-approve', deny: 'sample-deny' } }],
    dueAt: undefined,
    attempts: decided ? 1 : 0,
    ...(machineAction === undefined ? {} : { machineAction, submittedAt: now - 30_000 }),
    ...(state === 'unknown' ? { doubt: { answer: 'no answer (sample)', seen: { what: 'nothing' } } } : {}),
    ...(state === 'failed' || state === 'refused'
      ? { failure: { code: 'sample', text: 'This is where the reason stands.' } }
      : {}),
  };
}

function sampleDevice(now: number): Request['device'] {
  return {
    ...unknownMachine('0'.repeat(40)),
    computerDnsName: 'sample-device.example',
    osPlatform: 'Windows11',
    healthStatus: 'Active',
    lastSeen: new Date(now).toISOString(),
  };
}

const statuses: Readonly<Partial<Record<RequestState, string>>> = {
  submitted: 'Pending',
  succeeded: 'Succeeded',
  'timed out': 'TimeOut',
};

function actionIn(state: RequestState): MachineAction | undefined {
  const status = statuses[state];
  if (status === undefined) return undefined;
  return {
    id: 'sample-action',
    type: 'RestrictCodeExecution',
    status,
    machineId: null,
    computerDnsName: null,
    requestor: null,
    requestorComment: null,
    creationDateTimeUtc: null,
    lastUpdateDateTimeUtc: null,
    cancellationRequestor: null,
    cancellationComment: null,
    errorHResult: null,
  };
}
