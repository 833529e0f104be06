/**
 * The policy with the members that its groups have at the moment of a decision. Guarantees: nobody counts by a membership that
 * was asked for longer ago than `cacheMs`; a group that cannot be asked about adds nobody, and the policy says why. It believes
 * what Slack and Entra answer, and both may be some minutes behind their own administrators.
 */
import type { BaseLogger } from 'pino';
import { CordonError, messageOf } from '../errors.js';
import { within } from '../time.js';
import { type GroupRef, groupKey, type GroupSource, groupTitle } from './groups.js';
import type { Policy } from './policy.js';

export interface PolicyNowOptions {
  /** The policy in force; its groups have the members alone that the file itself lists. */
  readonly policy: () => Policy;
  readonly sources: () => Readonly<Partial<Record<GroupRef['kind'], GroupSource>>>;
  /** Unix ms. */
  readonly now: () => number;
  readonly logger: Pick<BaseLogger, 'warn'>;
  /** For one group, its pages and the token included. */
  readonly timeoutMs?: number;
}

/** Long enough that a burst of votes asks once, short enough that taking somebody out of a group holds within the minute. */
export const cacheMs = 60_000;
/** A service that just failed is not asked again at every click. */
const failedMs = 5_000;
/** People wait for the answer to a click, and Teams gives up on one after about ten seconds. */
const usualTimeoutMs = 2_500;

type Answer = { readonly members: readonly string[] } | { readonly members: undefined; readonly because: string };

interface Asked {
  /** When the question was asked, so that the answer can never seem younger than it is. */
  readonly at: number;
  readonly answer: Promise<Answer>;
  failed: boolean;
}

export interface PolicyNow {
  readonly policyNow: () => Promise<Policy>;
  /** The next decision asks for every group anew. */
  forget(): void;
}

/** However many decisions are made at the same time, each group is asked for once. */
export function createPolicyNow(options: PolicyNowOptions): PolicyNow {
  const { now, logger, timeoutMs = usualTimeoutMs } = options;
  const known = new Map<string, Asked>();

  function ask(ref: GroupRef): Promise<Answer> {
    const key = groupKey(ref);
    const earlier = known.get(key);
    const age = earlier === undefined ? Infinity : now() - earlier.at;
    // A clock that was set back makes an answer seem to be from the future: then it is asked for anew.
    if (earlier !== undefined && age >= 0 && age < (earlier.failed ? failedMs : cacheMs)) return earlier.answer;
    const asked: Asked = { at: now(), answer: lookUp(ref), failed: false };
    known.set(key, asked);
    void asked.answer.then(({ members }) => {
      asked.failed = members === undefined;
    });
    return asked.answer;
  }

  async function lookUp(ref: GroupRef): Promise<Answer> {
    const source = options.sources()[ref.kind];
    if (source === undefined) return { members: undefined, because: notSetUp(ref) };
    const stopping = new AbortController();
    try {
      return { members: await within(timeoutMs, source.members(ref, stopping.signal)) };
    } catch (error) {
      const why = (error instanceof CordonError ? error.userText : undefined) ?? noAnswer;
      logger.warn({ group: groupKey(ref) }, `a group cannot be asked about: ${messageOf(error)}`);
      return { members: undefined, because: cannotTell(ref, why) };
    } finally {
      stopping.abort();
    }
  }

  async function policyNow(): Promise<Policy> {
    const policy = options.policy();
    const wanted = groupsToAsk(policy);
    keepOnly(known, wanted);
    const resolved = await Promise.all(
      wanted.map(async ({ name, refs }) => ({ name, answers: await Promise.all(refs.map(ask)) })),
    );
    const groups = new Map(policy.groups);
    const unresolved = new Map(policy.unresolved);
    for (const { name, answers } of resolved) {
      groups.set(name, [...new Set([...(groups.get(name) ?? []), ...answers.flatMap(({ members = [] }) => members)])]);
      const failures = answers.flatMap((each) => (each.members === undefined ? [each.because] : []));
      if (failures.length === 0) unresolved.delete(name);
      else unresolved.set(name, failures.join(' '));
    }
    // Whoever changed the file meanwhile is not to find that it still decided by the old one.
    return options.policy() === policy ? { ...policy, groups, unresolved } : policyNow();
  }

  return {
    policyNow,
    forget() {
      known.clear();
    },
  };
}

interface Wanted {
  readonly name: string;
  readonly refs: readonly GroupRef[];
}

/** Those that the policy uses: a list that nothing refers to is nobody's business to ask for. */
function groupsToAsk({ sources, ...policy }: Policy): Wanted[] {
  const used = new Set([
    ...policy.rules.flatMap(({ requesters, approvers, when }) => [
      ...requesters,
      ...approvers,
      ...(when?.requesters ?? []),
    ]),
    ...policy.owners,
    ...policy.stoppers,
    ...policy.ceilings.flatMap(({ groups, then }) => [...groups, ...(then === 'forbid' ? [] : then.from)]),
  ]);
  return [...(sources ?? [])].flatMap(([name, refs]) => (used.has(name) ? [{ name, refs }] : []));
}

function keepOnly(known: Map<string, Asked>, wanted: readonly Wanted[]): void {
  const keys = new Set(wanted.flatMap(({ refs }) => refs.map(groupKey)));
  for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
}

const noAnswer = 'it got no answer in time. Try again in a moment.';

/** `why` ends with a full stop. */
function cannotTell(ref: GroupRef, why: string): string {
  return `Cordon cannot tell who is in ${groupTitle(ref)}: ${why}`;
}

function notSetUp(ref: GroupRef): string {
  return cannotTell(ref, ref.kind === 'slack-group' ? 'Slack is not set up here.' : 'Entra is not set up here.');
}
