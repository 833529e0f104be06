import { CordonError } from '../../errors.js';
import { type GroupRef, groupKey, type GroupSource, groupTitle } from '../../policy/groups.js';
import type { Policy } from '../../policy/policy.js';
import { failed, inWords, type Outcome, warning } from './check.js';
import { howToGrant } from './grant.js';

export type GroupSources = Readonly<Partial<Record<GroupRef['kind'], GroupSource>>>;

/** Source: docs/entra.md. */
const graphPermissions = ['GroupMember.Read.All', 'User.Read.All'];

/** `members` is undefined where nobody could tell. */
export interface Asked {
  readonly ref: GroupRef;
  readonly members: readonly string[] | undefined;
  readonly outcome?: Outcome;
}

/** Each group of the policy, asked of Slack or Entra now. Never rejects. */
export async function askForGroups(policy: Policy, sources: GroupSources): Promise<Asked[]> {
  const refs = new Map(
    [...(policy.sources ?? [])].flatMap(([, all]) => all.map((ref) => [groupKey(ref), ref] as const)),
  );
  return Promise.all([...refs.values()].map((ref) => askForGroup(ref, policy, sources[ref.kind])));
}

async function askForGroup(ref: GroupRef, policy: Policy, source: GroupSource | undefined): Promise<Asked> {
  const names = [...(policy.sources ?? [])].flatMap(([name, refs]) =>
    refs.some((each) => groupKey(each) === groupKey(ref)) ? [name] : [],
  );
  const where = `${groupTitle(ref)} (in ${names.join(', ')})`;
  const about = groupKey(ref);
  const bad = (outcome: Outcome, members?: readonly string[]): Asked => ({ ref, members, outcome });
  if (source === undefined) {
    return bad(
      failed(
        `Who is in ${where} cannot be asked: Slack is not set up.`,
        'Set Slack up, or take the group out of the policy.',
        about,
      ),
    );
  }
  try {
    const members = await source.members(ref, AbortSignal.timeout(30_000));
    if (members.length > 0) return { ref, members };
    return bad(
      warning(
        `${where} has no members.`,
        'Put people into it; an Entra group with hidden membership seems empty without Member.Read.Hidden.',
        about,
      ),
      members,
    );
  } catch (error) {
    return bad(failed(`Who is in ${where} cannot be told: ${inWords(error)}`, adviceOn(error, ref), about));
  }
}

function adviceOn(error: unknown, { kind }: GroupRef): string {
  const code = error instanceof CordonError ? error.code : '';
  if (code === 'graph_http_403' || code === 'graph_hidden_accounts')
    return howToGrant(graphPermissions, 'Microsoft Graph');
  if (code === 'graph_http_404' || code === 'slack_no_such_subteam' || code === 'graph_tenant') {
    return 'Put the group’s id right in the policy, or take it out.';
  }
  return kind === 'slack-group'
    ? 'See slack.token and slack.scopes.'
    : 'See entra.token, and run cordon doctor again in a minute.';
}
