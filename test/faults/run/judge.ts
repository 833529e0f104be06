import type { DefenderCall, DefenderStandIn, StandInAction } from '../../../sandbox/defender.js';
import type { SlackStandIn } from '../../../sandbox/slack.js';
import type { TeamsStandIn } from '../../../sandbox/teams.js';
import { groupBy } from './group.js';
import { displayedId, type End, type Ledger, type Post, type ShownCard } from './ledger.js';
import type { Command } from './load.js';
import type { Interruption } from './trouble.js';

/** What the stand-ins saw of one run, and what of it breaks a promise, in words. */
export interface Verdict {
  readonly commands: number;
  readonly requests: number;
  readonly ends: Readonly<Partial<Record<End | 'open', number>>>;
  /** Calls that did the work, as Defender counted them. */
  readonly done: number;
  /** Requests with two actions or more: never. */
  readonly doubled: number;
  readonly refusedForQuota: number;
  readonly messages: number;
  /** Messages that were posted once more around a crash or a lost answer. */
  readonly postedTwice: number;
  /** Second copies of a card that were left behind with buttons. */
  readonly staleCopies: number;
  /** What may still come. */
  readonly missing: readonly string[];
  /** What can never be right again. */
  readonly wrong: readonly string[];
}

/** The stand-ins' own journals. */
export interface Witnesses {
  readonly defender: Pick<DefenderStandIn, 'actions' | 'calls'>;
  readonly slack: Pick<SlackStandIn, 'calls'>;
  teams(): Pick<TeamsStandIn, 'calls'>;
}

export interface Evidence {
  readonly sandbox: Witnesses;
  readonly ledger: Pick<Ledger, 'posts' | 'cards' | 'cardsOf'>;
  readonly accepted: readonly Command[];
  /** What people said in vain, in words. */
  readonly unheard: readonly string[];
  /** Replicas that ended though nobody killed them. */
  readonly endedAlone: readonly number[];
  readonly interruptions: readonly Interruption[];
}

/** All cards of one Request, in every place. */
interface Seen {
  readonly id: string;
  readonly cards: readonly ShownCard[];
  readonly first: ShownCard;
  readonly end: End | undefined;
  readonly actions: readonly StandInAction[];
  /** The POSTs that carried its mark. */
  readonly calls: readonly DefenderCall[];
}

/** Judges by what Slack, Teams and Defender saw, never by Cordon's own record. */
export function judge(evidence: Evidence): Verdict {
  const { sandbox, ledger, accepted } = evidence;
  const requests = requestsIn(evidence);
  const missing = [...accepted.flatMap((command) => unanswered(command, ledger)), ...requests.flatMap(unfinished)];
  const wrong = [
    ...evidence.unheard,
    ...evidence.endedAlone.map((index) => `replica ${index} ended by itself`),
    ...requests.flatMap(wrongCalls),
    ...strangeActions(sandbox, requests),
  ];
  const posts = ledger.posts();
  for (const request of requests) missing.push(...missingMessages(request, posts));
  wrong.push(...outOfOrder(requests));

  const copies = copiesOf(posts, ledger);
  const interruptions = [...evidence.interruptions, ...lostByChat(sandbox)];
  for (const group of copies) wrong.push(...tooOften(group, interruptions));
  const refusedForQuota = sandbox.defender.calls.filter(
    ({ status, ordered }) => status === 429 && ordered === undefined,
  ).length;
  if (refusedForQuota > 0) wrong.push(`Defender refused ${refusedForQuota} calls because the quota was used up`);

  return {
    commands: accepted.length,
    requests: requests.length,
    ends: countEnds(requests),
    done: sandbox.defender.calls.filter(({ created }) => created).length,
    doubled: requests.filter(({ actions }) => actions.length > 1).length,
    refusedForQuota,
    messages: posts.length,
    postedTwice: copies.reduce((sum, group) => sum + group.length - 1, 0),
    staleCopies: staleCopies(requests),
    missing,
    wrong,
  };
}

function requestsIn({ sandbox, ledger }: Evidence): Seen[] {
  const byId = groupBy(ledger.cards(), ({ requestId }) => requestId);
  const actions = sandbox.defender.actions();
  const marked = (text: string | undefined, id: string): boolean => text?.startsWith(`[Cordon ${id}]`) === true;
  return [...byId].flatMap(([id, unsorted]) => {
    const cards = unsorted.toSorted((a, b) => a.post.at - b.post.at);
    const [first] = cards;
    if (first === undefined) return [];
    const ends = new Set([...keptByPlace(cards).values()].map(({ end }) => end));
    return {
      id,
      cards,
      first,
      end: ends.size === 1 ? [...ends][0] : undefined,
      actions: actions.filter(({ requestorComment }) => marked(requestorComment, id)),
      calls: sandbox.defender.calls.filter(({ comment }) => marked(comment, id)),
    };
  });
}

/**
 * The card of each place that Cordon keeps: one that has ended, else the newest. Of two copies it is mostly the newer one, but not where
 * a replica that stood still posts its own late. `cards` are in the order of their posts.
 */
function keptByPlace(cards: readonly ShownCard[]): Map<string, ShownCard> {
  const ended = cards.filter(({ end }) => end !== undefined);
  return new Map([...cards, ...ended].map((card) => [card.post.conversation, card]));
}

function unanswered(
  { errand: { device, platform }, action, acceptedAt }: Command,
  ledger: Evidence['ledger'],
): string[] {
  if (ledger.cardsOf(device).some((card) => card.action === action)) return [];
  const told = ledger
    .posts()
    .find(
      ({ onlyFor, at, text }) =>
        onlyFor === 'alice' &&
        at >= acceptedAt - graceMs &&
        (text.includes(device) || text.includes('Nothing was done')),
    );
  const instead = told === undefined ? '' : `; Alice was told: ${told.text.split('\n')[0] ?? ''}`;
  return [`${action} ${device}, acknowledged in ${platform}, has no card${instead}`];
}

function unfinished({ id, end, cards }: Seen): string[] {
  if (end !== undefined) return [];
  const now = [...keptByPlace(cards).values()].map(({ post, status }) => `${post.platform}: ${status}`);
  return [`${id} is not at one end in all its places (${now.join('; ')})`];
}

/** Exactly one action for what Defender took, none for what never went there or was refused. */
function wrongCalls({ id, end, first, actions, calls, cards }: Seen): string[] {
  const what = `${id} (${first.action} ${first.device})`;
  const created = calls.filter((call) => call.created).length;
  if (actions.length > 1) return [`${what} was carried out ${actions.length} times`];
  if (created !== actions.length) return [`${what}: ${created} calls did the work, ${actions.length} actions exist`];
  switch (end) {
    case 'Done':
      // Another's action that was already running counts as its own, and names itself on the card.
      return actions.length === 1 || !ownAction(cards) ? [] : [`${what} says Done, but Defender has no action of it`];
    case 'Failed':
      if (actions.length > 0) return [`${what} says Failed, but Defender has its action`];
      return calls.some(({ ordered }) => ordered !== undefined) ? [] : [`${what} failed without a refusal of Defender`];
    case 'Withdrawn':
    case 'Denied':
    case 'Expired':
    case 'Refused':
      return calls.length === 0 ? [] : [`${what} says ${end}, but ${calls.length} calls were made for it`];
    default:
      return [];
  }
}

function ownAction(cards: readonly ShownCard[]): boolean {
  return cards.every(({ post }) => !/^MachineAction: /m.test(post.text));
}

/** Every marked action belongs to a Request that people see. */
function strangeActions({ defender }: Witnesses, requests: readonly Seen[]): string[] {
  const known = new Set(requests.map(({ id }) => id));
  return defender.actions().flatMap(({ requestorComment }) => {
    const [, id] = new RegExp(`^\\[Cordon (${displayedId.source})\\]`).exec(requestorComment) ?? [];
    return id === undefined || known.has(id) ? [] : [`Defender has an action for ${id}, of which nobody was told`];
  });
}

/** One device's actions follow each other: restrict before the release that was asked later, and never two at a time. */
function outOfOrder(requests: readonly Seen[]): string[] {
  return [...groupBy(requests, ({ first }) => first.device)].flatMap(([device, own]) => {
    const actions = own
      .toSorted((a, b) => a.first.post.at - b.first.post.at)
      .flatMap((each) => each.actions.slice(0, 1));
    return actions.flatMap((action, index) => {
      const before = actions[index - 1];
      if (before === undefined) return [];
      const began = Date.parse(action.creationDateTimeUtc);
      if (Date.parse(before.creationDateTimeUtc) > began) return [`${device}: a later request overtook an earlier one`];
      return Date.parse(before.lastUpdateDateTimeUtc) > began ? [`${device}: two actions ran at once`] : [];
    });
  });
}

const decided: Readonly<Partial<Record<End, RegExp>>> = {
  Withdrawn: /withdrawn/,
  Denied: /denied/,
  Expired: /expired/,
};
const approved = /Sending to Defender/;
const submitted = /Submitted to Defender|The call had arrived|already has an unfinished action/;
const results: Readonly<Partial<Record<End, RegExp>>> = {
  Done: /Done.*Succeeded/,
  Failed: /failed/,
  Refused: /refused/,
};

/** Asked, approved, submitted, result: in the thread of every place, and the result to the requester in person. */
function missingMessages({ id, end, cards }: Seen, posts: readonly Post[]): string[] {
  if (end === undefined) return [];
  const last = decided[end] ?? results[end];
  const owed = [
    ...(decided[end] === undefined ? [approved] : []),
    ...(end === 'Done' ? [submitted] : []),
    ...(last === undefined ? [] : [last]),
  ];
  const inThreads = [...groupBy(cards, ({ post }) => post.conversation)].flatMap(([, here]) => {
    const threads = new Set(here.map(({ post }) => post.thread));
    const said = posts.filter((post) => threads.has(post.thread) && post.onlyFor === undefined);
    return owed
      .filter((words) => !said.some(({ text }) => words.test(text)))
      .map((words) => `${id}: ${here[0]?.post.platform ?? ''} thread without ${String(words)}`);
  });
  const told = posts.some(({ directTo, text }) => directTo === 'alice' && text.includes(id) && last?.test(text));
  return told ? inThreads : [...inThreads, `${id}: Alice was not told in person that it is ${end}`];
}

/** Said again when a call is tried again: no copies. */
const saidAgain =
  /could not store this|did not answer the call|is sent again|call limit|tries again|Not sent yet|^Defender: |^.. ?Defender: /;

/** Messages that say the same in the same place: two cards of one Request, two equal replies. */
function copiesOf(posts: readonly Post[], ledger: Evidence['ledger']): Post[][] {
  const cards = new Map(ledger.cards().map((card) => [card.post.key, card.requestId]));
  const groups = groupBy(
    posts.filter(({ onlyFor, text }) => onlyFor === undefined && !saidAgain.test(text)),
    (post) => {
      const request = cards.get(post.key);
      if (request !== undefined) return `${post.conversation} card of ${request}`;
      return `${post.conversation} ${post.directTo === undefined ? post.thread : ''} ${post.text}`;
    },
  );
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A copy more for each interruption while they were being sent, and no more. */
function tooOften(group: readonly Post[], interruptions: readonly Interruption[]): string[] {
  const times = group.map(({ at }) => at);
  const from = Math.min(...times);
  const until = Math.max(...times);
  const reasons = interruptions.filter((each) => each.from <= until + graceMs && each.until >= from - graceMs).length;
  if (group.length - 1 <= reasons) return [];
  return [`posted ${group.length} times without enough reasons (${reasons}): ${group[0]?.text.split('\n')[0] ?? ''}`];
}

/** A process that was killed has sent the first copy a little before, or its successor the second one a little after. */
const graceMs = 5_000;

/** Calls of Slack and Teams that did or did not do the work, and were not answered. */
function lostByChat(sandbox: Witnesses): Interruption[] {
  return [...sandbox.slack.calls, ...sandbox.teams().calls]
    .filter(({ status }) => status === 'none')
    .map(({ at }) => ({ from: at, until: at, what: 'a chat call without an answer' }));
}

function staleCopies(requests: readonly Seen[]): number {
  return requests.reduce((sum, { cards }) => {
    const kept = keptByPlace(cards);
    return (
      sum + cards.filter((card) => kept.get(card.post.conversation) !== card && card.post.buttons.length > 0).length
    );
  }, 0);
}

function countEnds(requests: readonly Seen[]): Partial<Record<End | 'open', number>> {
  const counted: Partial<Record<End | 'open', number>> = {};
  for (const { end = 'open' } of requests) counted[end] = (counted[end] ?? 0) + 1;
  return counted;
}
