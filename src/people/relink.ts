/**
 * Who is one human on two platforms. Three things prove it, each only where the one before says nothing: the operator's word in
 * the policy file; a one-time code that was shown to the Slack account and typed by the Teams account; where the policy
 * switches it on, an e-mail address that both platforms confirm. It does not prove that two accounts are two humans: somebody
 * who never linked theirs is one for each account, which is why the policy wants proof where it matters (`toldApart`).
 */
import type { Policy } from '../policy/policy.js';
import type { PeopleStore } from '../store/people.js';
import { accountKey, accountOf, entraId, type Person } from './person.js';

/** What is known of links without asking a platform. */
export interface LinkSources {
  readonly store: Pick<PeopleStore, 'linkOf' | 'linksTo' | 'sharingEmail'>;
  readonly policy: () => Policy;
  /** Unix ms. */
  readonly now: () => number;
}

/** An address changes hands some day: it matches while both accounts were seen with it within this time. */
const emailTrustedMs = 30 * 86_400_000;

/** The Person with the id and aliases that the links of now give, whatever they were before. Asks no platform. */
export async function relink(sources: LinkSources, { account, name, standing }: Person): Promise<Person> {
  const own = accountKey(account);
  const entra = account.platform === 'teams' ? entraId(account) : await entraOf(sources, own);
  if (entra === undefined) return { id: own, account, name, standing };
  const others = [accountKey(accountOf(entra)), ...(await slackAccountsOf(sources, entra))];
  return { id: entra, account, name, standing, aliases: [...new Set([own, ...others])] };
}

/** The Entra id of whoever has this Slack account, where it is proved. */
async function entraOf(sources: LinkSources, slack: string): Promise<string | undefined> {
  const { store, policy } = sources;
  const { same, matchEmail } = policy().people;
  const said = same.get(slack) ?? (await store.linkOf(slack))?.entra;
  if (said !== undefined || !matchEmail) return said;
  return (await matched(sources, slack)).entra;
}

/** The Slack accounts that `entraOf` takes to this Entra id. */
async function slackAccountsOf(sources: LinkSources, entra: string): Promise<string[]> {
  const { store, policy } = sources;
  const { same, matchEmail } = policy().people;
  const known = [
    ...[...same].filter(([, theirs]) => theirs === entra).map(([slack]) => slack),
    ...(await store.linksTo(entra)).map(({ account }) => account),
    ...(matchEmail ? (await matched(sources, entra)).slack : []),
  ];
  const theirs: string[] = [];
  for (const slack of new Set(known)) if ((await entraOf(sources, slack)) === entra) theirs.push(slack);
  return theirs;
}

interface Matched {
  readonly entra: string | undefined;
  readonly slack: readonly string[];
}

/** Who shares the address of this account: nobody, unless it is exactly one Entra account's. A second one, seen however long ago, is a doubt. */
async function matched({ store, now }: LinkSources, id: string): Promise<Matched> {
  const sightings = await store.sharingEmail(id);
  const [entra, doubt] = sightings.filter((each) => isEntra(each.id));
  const since = now() - emailTrustedMs;
  const recent = sightings.filter(({ seenAt }) => seenAt >= since).map((each) => each.id);
  if (entra === undefined || doubt !== undefined || !recent.includes(entra.id)) return { entra: undefined, slack: [] };
  const slack = recent.filter((each) => !isEntra(each));
  return { entra: isEntra(id) || slack.includes(id) ? entra.id : undefined, slack };
}

function isEntra(id: string): boolean {
  return id.startsWith('entra:');
}
