import { type AuditEvent, personActor } from '../audit/event.js';
import type { ActionKind, DeviceRef, Origin } from '../command/model.js';
import { lacksAppRestriction, type Machine } from '../defender/machine.js';
import { evaluate } from '../policy/evaluate.js';
import type { Facts, Policy, Verdict } from '../policy/policy.js';
import { approverAccounts } from '../policy/standing.js';
import { accountKey, type Person } from '../people/person.js';
import { StoreError } from '../store/errors.js';
import type { Effects, NewDelivery, StoredButton } from '../store/store.js';
import * as answers from '../view/answers.js';
import { marked } from '../view/dry-run.js';
import type { Inline, Line } from '../view/inline.js';
import type { Button, Note } from '../view/model.js';
import * as notes from '../view/notes.js';
import { notNow } from '../view/stopped.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { voteButtons, withVoteTokens } from './buttons.js';
import { committed } from './commitment.js';
import { ceilingWarnings } from './ceiling-warnings.js';
import { announcements, type Next, requestEvent, transition, whisper } from './effects.js';
import { isFinal } from './life.js';
import { queued } from './queue.js';
import { recentNow } from './recent.js';
import { firstDue } from './remind.js';
import type { Place, Request } from './request.js';
import { termsOf } from './terms.js';

export interface Ask {
  /** The Incoming that asks. */
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly action: ActionKind;
  readonly device: DeviceRef;
  readonly comment: string;
}

type World = Pick<
  Context,
  | 'store'
  | 'defender'
  | 'throttle'
  | 'platforms'
  | 'policy'
  | 'policyNow'
  | 'now'
  | 'newId'
  | 'newToken'
  | 'limits'
  | 'dryRun'
  | 'wake'
>;

const picksShown = 10;
/** A group kept elsewhere may have thousands of members; each place costs a message for every step. */
const mostInPerson = 50;
/** How long a pick list may be used. */
const pickMs = 3_600_000;

/**
 * Turns "restrict this device" into a stored Request with its card owed to every place that the policy names, or into an
 * answer to the asker that says why not. Throws what Defender's lookup throws; then nothing was stored.
 */
export async function ask(world: World, asked: Ask): Promise<void> {
  const { store, defender, now } = world;
  const { stopped, stop } = asked.action === 'restrict' ? await store.switch() : { stopped: false };
  if (stopped) return turnAway(world, asked, notNow(stop), 'request.stopped', { stoppedBy: stop?.by.id });
  const machines = await defender.findMachines(asked.device);
  const [device] = machines;
  if (device === undefined) return turnAway(world, asked, answers.noDevice(asked.device), 'request.no-device');
  if (machines.length > 1) return offerPick(world, asked, machines);
  if (lacksAppRestriction(device)) {
    return turnAway(world, asked, answers.notOnThisSystem(device), 'request.unsupported-system', { device: device.id });
  }

  const policy = await world.policyNow();
  const lately = await recentNow(world, policy, asked.action);
  const { action, person: requester, origin, comment } = asked;
  const facts = { action, requester, origin, device, comment, votes: [], now: now(), ...lately };
  const verdict = evaluate(policy, facts);
  const once = verdict.extra.length === 0 ? [] : await ceilingWarnings(world, policy, facts);
  if (verdict.decision !== 'needs approvals' && verdict.decision !== 'approved') {
    const detail = { device: device.id, reason: verdict.reason };
    return turnAway(world, asked, answers.notAllowed(verdict.reason), 'request.refused', detail, { once });
  }
  const places = placesFor(world, policy, facts, verdict);
  if (places.length === 0) return turnAway(world, asked, answers.noPlace(), 'request.no-place');

  const request = draft(world, asked, device, verdict, places, lately.askedAt);
  const next = await queued(world, request);
  try {
    const options = { alone: true, most: world.limits.mostOpen };
    await store.create(next?.request ?? request, { ...creation(request, asked, verdict, now(), next), once }, options);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'too_many_open' || error.code === 'too_many_of_yours') {
      return turnAway(world, asked, answers.failedAnswer(error.userText ?? error.message), 'request.too-many');
    }
    if (error.code !== 'request_open') throw error;
    const open = await openTwin(world, request);
    // It ended in this very moment: the command is tried again.
    if (open === undefined) throw error;
    return turnAway(world, asked, answers.alreadyAsked(open), 'request.duplicate', { open: open.id });
  }
  world.wake('deliver');
  if (next !== undefined) world.wake('dispatch');
}

/** The open Request for the same action on the same device. */
async function openTwin({ store }: World, { device, action }: Request): Promise<Request | undefined> {
  const requests = await store.requestsForDevice(device.id, 20);
  return requests.find((other) => !isFinal(other.state) && other.action === action);
}

/** Where it was asked unless only two people could see it there, the policy's channels, and those who may approve. */
function placesFor({ platforms }: World, policy: Policy, facts: Facts, verdict: Verdict): Place[] {
  const { announce } = verdict;
  const { platform, tenant, conversation, thread, direct } = facts.origin;
  const here: Place[] =
    announce.origin && !direct ? [{ platform, tenant, conversation, ...(thread === undefined ? {} : { thread }) }] : [];
  const channels = announce.channels.filter((channel) => !here.some((place) => sameConversation(place, channel)));
  const people = announce.approvers ? approverAccounts(policy, verdict.approvers, facts.requester) : [];
  const inPerson = people
    .filter((account) => platforms.has(account.platform))
    .slice(0, mostInPerson)
    .map((account): Place => {
      const { platform, tenant } = account;
      return { platform, tenant, conversation: accountKey(account), person: account };
    });
  return [...here, ...channels, ...inPerson];
}

type Conversation = Pick<Place, 'platform' | 'conversation'>;

function sameConversation(a: Conversation, b: Conversation): boolean {
  return a.platform === b.platform && a.conversation === b.conversation;
}

function draft(
  world: World,
  asked: Ask,
  device: Machine,
  verdict: Verdict,
  places: Place[],
  createdAt: number,
): Request {
  const now = world.now();
  const approvedAtOnce = verdict.decision === 'approved';
  const terms = termsOf(verdict, createdAt);
  return committed<Request>({
    id: world.newId(),
    version: 1,
    state: approvedAtOnce ? 'approved' : 'awaiting approval',
    action: asked.action,
    device,
    comment: asked.comment,
    requester: asked.person,
    origin: lasting(asked.origin),
    createdAt,
    revision: 1,
    ...terms,
    votes: [],
    places: withVoteTokens(world, places),
    dueAt: approvedAtOnce ? now : firstDue({ createdAt, expiresAt: terms.expiresAt }),
    ...(world.dryRun ? { dryRun: true as const } : {}),
    attempts: 0,
  });
}

/** A `response_url` is a key to the channel and dead after half an hour: not worth keeping. */
function lasting({ replyUrl, ...origin }: Origin): Origin {
  return origin;
}

/** `next`: where it is approved as it is made, its place in the queue. */
function creation(request: Request, asked: Ask, verdict: Verdict, at: number, next?: Next): Effects {
  const actor = personActor(asked.person);
  const detail = {
    action: request.action,
    comment: request.comment,
    rule: request.rule,
    policy: request.policyRevision,
    quorum: request.quorum,
    commitment: request.commitment,
    ...(request.extra === undefined || request.extra.length === 0 ? {} : { extra: request.extra }),
    device: request.device.computerDnsName,
    expiresAt: request.expiresAt,
    because: verdict.reason,
  };
  const created = { ...requestEvent(request, 'request.created', actor, at, detail), to: 'awaiting approval' };
  const audit: AuditEvent[] = [created];
  if (request.state === 'approved') {
    const detail = { because: verdict.reason.because };
    audit.push(transition({ state: 'awaiting approval' }, request, at, { what: 'request.approve', actor, detail }));
  }
  if (next !== undefined) audit.push(transition(request, next.request, at, next));
  const deliveries: NewDelivery[] = [...announcements(request, next?.note)];
  if (!request.places.some((place) => sameConversation(place, asked.origin))) {
    const where = request.places.flatMap((place, index): Line => [index === 0 ? '' : ', ', placeName(place)]);
    const note = marked(request, notes.announcedElsewhere(request, where));
    deliveries.push(whisper(asked.person.account, asked.origin, note, asked.key));
  }
  return { audit, deliveries, buttons: voteButtons(request), settles: asked.key };
}

function placeName({ platform, conversation, person }: Place): Inline {
  return person === undefined ? { channel: conversation, on: platform } : 'a direct message to an approver';
}

/** Nothing is taken where several devices match: the asker chooses, with a button per device that repeats the command for it alone. */
async function offerPick(world: World, asked: Ask, machines: readonly Machine[]): Promise<void> {
  const newest = [...machines].sort((a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''));
  const expiresAt = world.now() + pickMs;
  const stored = newest.slice(0, picksShown).map((machine): StoredButton => ({
    token: world.newToken(),
    meaning: {
      kind: 'choose',
      account: asked.person.account,
      origin: asked.origin,
      command: { kind: asked.action, device: { by: 'deviceId', value: machine.id }, comment: asked.comment },
    },
    expiresAt,
  }));
  const buttons = stored.map(({ token }, index): Button => ({ label: `${index + 1}`, style: 'plain', token }));
  const note = answers.pickList(asked.device, newest, buttons, picksShown);
  await turnAway(
    world,
    asked,
    note,
    'request.ambiguous',
    { devices: machines.map((machine) => machine.id) },
    {
      buttons: stored,
    },
  );
}

/** The asker learns why there is no Request, and the record that they asked. */
function turnAway(
  world: World,
  { key, person, origin, action, device }: Ask,
  note: Note,
  what: string,
  detail: Readonly<Record<string, unknown>> = {},
  also: Pick<Partial<Effects>, 'buttons' | 'once'> = {},
): Promise<void> {
  const event = {
    at: world.now(),
    what,
    actor: personActor(person),
    detail: { action, asked: device.value, ...detail },
  };
  return answer(world, { key, account: person.account, origin }, note, { audit: [event], ...also });
}
