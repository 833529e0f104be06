import { accountOf, type PlatformName } from '../../people/person.js';
import { messageOf } from '../../errors.js';
import { PlatformError, platformTitle } from '../../platform.js';
import { groupKey } from '../../policy/groups.js';
import type { Policy } from '../../policy/policy.js';
import { PolicyError } from '../../policy/policy-error.js';
import { outOfReach } from '../../policy/reach.js';
import { nobodyCanApprove, policyWarnings } from '../../policy/warnings.js';
import { type Check, counted, failed, inWords, ok, once, type Outcome, Skip, warning } from './check.js';
import { type Asked, askForGroups, type GroupSources } from './groups.js';
import type { PlatformDoctor } from './platform-doctor.js';

export interface PolicyDoctorOptions {
  readonly path: string;
  /** Throws the `PolicyError`. */
  readonly load: () => Promise<Policy>;
  readonly platforms: ReadonlyMap<PlatformName, PlatformDoctor>;
  readonly sources: GroupSources;
}

const mostAtOnce = 4;
/** A workspace's limit for look-ups is about 100 a minute, and Cordon needs some for itself. */
const mostPeople = 150;

/** `outcome` where something is to be said; `lost` where it is certain that this account can neither ask nor approve. */
interface Known {
  readonly id: string;
  /** The groups of the policy in which it stands. */
  readonly where?: string;
  readonly outcome?: Outcome;
  readonly lost?: true;
  /** Why nobody could tell; the same reason is said once. */
  readonly untold?: { readonly why: string; readonly next: string; readonly status: 'skipped' | 'warning' };
}

export function policyChecks(options: PolicyDoctorOptions): Check[] {
  const { path, load, platforms } = options;
  const loaded = async (): Promise<Policy> =>
    load().catch(() => {
      throw new Skip('There is no policy to look at: see policy.file.');
    });
  const people = once(async () => lookUpAll(await loaded(), platforms));
  const groups = once(async () => askForGroups(await loaded(), options.sources));
  const slow = 120_000;
  return [
    {
      id: 'policy.file',
      area: 'policy',
      title: 'Policy file',
      run: async () => {
        try {
          const { rules, revision } = await load();
          return ok(`${path} is a policy of ${counted(rules.length, 'rule')}, revision ${revision}.`);
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error;
          return failed(
            error.code === 'policy_invalid' ? error.message : `${path} cannot be read (${messageOf(error.cause)}).`,
            error.code === 'policy_invalid'
              ? 'Mend these lines; npx cordon policy check reads the file again: docs/policy.md.'
              : 'Copy policy.example.yaml there, or set CORDON_POLICY to where the file is, and let this user read it.',
          );
        }
      },
    },
    {
      id: 'policy.warnings',
      area: 'policy',
      title: 'What the policy hardly means',
      run: async () => {
        const policy = await loaded();
        const said = [...policyWarnings(policy), ...outOfReach(policy, new Set(platforms.keys()))];
        if (said.length === 0) return ok('Every group is used and every rule can apply.');
        return said.map((text) => warning(text, `Change it in ${path}, or leave it if it is meant.`));
      },
    },
    {
      id: 'policy.people',
      area: 'policy',
      title: 'People of the policy',
      timeoutMs: slow,
      run: async () => {
        const known = await people();
        if (known.length === 0) throw new Skip('The policy lists nobody by id.');
        const bad = [...known.flatMap(({ outcome }) => outcome ?? []), ...untold(known)];
        return bad.length > 0 ? bad : ok(`${counted(known.length, 'account')}: each exists and is an active member.`);
      },
    },
    {
      id: 'policy.groups',
      area: 'policy',
      title: 'Groups of Slack and Entra',
      timeoutMs: slow,
      run: async () => {
        const asked = await groups();
        if (asked.length === 0) throw new Skip('The policy names no group of Slack or Entra.');
        const bad = asked.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
        return bad.length > 0
          ? bad
          : ok(
              `${counted(asked.length, 'group')}: ${asked.map(({ ref, members }) => `${ref.id} has ${counted(members?.length ?? 0, 'member')}`).join(', ')}.`,
            );
      },
    },
    {
      id: 'policy.approvers',
      area: 'policy',
      title: 'Rules that somebody can approve',
      timeoutMs: slow,
      run: async () => {
        const policy = await loaded();
        const [persons, asked] = await Promise.all([people(), groups()]);
        // What is so by the file alone, and perhaps meant, is a warning of policy.warnings.
        const byTheFile = nobodyCanApprove(policy);
        const stuck = nobodyCanApprove(asItIs(policy, persons, asked)).filter((text) => !byTheFile.includes(text));
        if (stuck.length === 0) return ok('For each there are enough people who exist and are active.');
        return stuck.map((text) =>
          failed(text, `Name people in ${path} who are there and active: see policy.people and policy.groups.`),
        );
      },
    },
  ];
}

/** The policy with the groups as they are, and without those who can never vote. Who could not be looked up gets the benefit of the doubt. */
function asItIs(policy: Policy, people: readonly Known[], asked: readonly Asked[]): Policy {
  const never = new Set(people.flatMap(({ id, lost }) => (lost === true ? [id] : [])));
  const members = new Map(asked.map(({ ref, members }) => [groupKey(ref), members]));
  const groups = new Map<string, readonly string[]>();
  const unresolved = new Map<string, string>();
  for (const [name, listed] of policy.groups) {
    const refs = policy.sources?.get(name) ?? [];
    const found = refs.map((ref) => members.get(groupKey(ref)));
    if (found.includes(undefined)) unresolved.set(name, 'it could not be asked for');
    groups.set(name, [...listed.filter((id) => !never.has(id)), ...found.flatMap((each) => each ?? [])]);
  }
  return { ...policy, groups, unresolved };
}

async function lookUpAll(policy: Policy, platforms: ReadonlyMap<PlatformName, PlatformDoctor>): Promise<Known[]> {
  const named = [...policy.groups.values()].flat();
  const ids = [...new Set([...named, ...[...policy.people.same].flat()])];
  const results: Known[] = [];
  const queue = ids.slice(0, mostPeople);
  await Promise.all(
    Array.from({ length: mostAtOnce }, async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift())
        results.push(await lookUpOne(id, policy, platforms));
    }),
  );
  if (ids.length > mostPeople) {
    results.push({
      id: '',
      outcome: warning(
        `Only the first ${mostPeople} of ${ids.length} accounts were looked up.`,
        'Name groups of Slack or Entra in the policy instead of so many people.',
      ),
    });
  }
  return results.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

async function lookUpOne(
  id: string,
  policy: Policy,
  platforms: ReadonlyMap<PlatformName, PlatformDoctor>,
): Promise<Known> {
  const account = accountOf(id);
  const title = platformTitle[account.platform];
  const inGroups = [...policy.groups].flatMap(([name, members]) => (members.includes(id) ? [name] : []));
  const where = inGroups.length === 0 ? 'people' : inGroups.join(', ');
  const platform = platforms.get(account.platform);
  if (platform === undefined) {
    return {
      id,
      lost: true,
      outcome: warning(
        `${id} (in ${where}) cannot be reached: ${title} is not set up.`,
        `Set ${title} up, or take the account out of the policy.`,
        id,
      ),
    };
  }
  try {
    const profile = await platform.lookUp(account, policy);
    if (profile.standing === 'member') return { id };
    return {
      id,
      lost: true,
      outcome: warning(
        `${profile.name} (${id}, in ${where}) ${standings[profile.standing]} and can neither ask nor approve.`,
        `${elsewhere(account.platform, profile.standing)}Take ${id} out of the policy, or put an active member there.`,
        id,
      ),
    };
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'gone') {
      const seen = `${title} knows nobody ${id} (in ${where}); such an account can neither ask nor approve.`;
      return {
        id,
        lost: true,
        outcome: failed(seen, `Look the id up in ${title} and put it right in the policy.`, id),
      };
    }
    return { id, where, untold: why(error) };
  }
}

function why(error: unknown): NonNullable<Known['untold']> {
  if (error instanceof Skip)
    return { why: inWords(error), next: 'Put that right and run cordon doctor again.', status: 'skipped' };
  const unknown = error instanceof PlatformError && error.code === 'teams_unknown_person';
  return {
    why: inWords(error),
    next: unknown
      ? 'It can be told once they have written to Cordon, or are in a channel of the policy where Cordon is installed.'
      : 'Run cordon doctor again in a minute.',
    status: 'warning',
  };
}

function untold(known: readonly Known[]): Outcome[] {
  const reasons = new Map(
    known.flatMap((each) => (each.untold === undefined ? [] : [[each.untold.why, each.untold] as const])),
  );
  return [...reasons.values()].map((reason) => {
    const ids = known.flatMap((each) =>
      each.untold?.why === reason.why ? [`${each.id} in ${each.where ?? 'people'}`] : [],
    );
    const seen = `${counted(ids.length, 'account')} could not be looked up (${ids.join('; ')}): ${reason.why}`;
    return { status: reason.status, seen, next: reason.next };
  });
}

/** What else may be wrong where somebody is of another organisation: whoever wrote the policy meant a colleague. */
function elsewhere(platform: PlatformName, standing: string): string {
  if (standing !== 'external') return '';
  return platform === 'slack'
    ? 'Compare the team id with that of the bot token: see slack.token. '
    : 'Compare the tenant id with MicrosoftAppTenantId, or name its tenant in CORDON_TEAMS_TENANTS. ';
}

const standings = {
  guest: 'is a guest',
  external: 'belongs to another organisation',
  bot: 'is a bot',
  deactivated: 'is deactivated',
} as const;
