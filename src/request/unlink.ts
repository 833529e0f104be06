import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { accountKey, accountOf, entraId, type Person } from '../people/person.js';
import type { Link } from '../store/people.js';
import * as linking from '../view/linking.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { direct, whisper } from './effects.js';

export interface UnlinkAsked {
  /** The Incoming that asks. */
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
}

type World = Pick<Context, 'store' | 'platforms' | 'policy' | 'now' | 'wake'>;

/** Takes away the links that codes made: that of a Slack account, or all of a Teams account. The other side is told. */
export async function unlink(world: World, { key, person, origin }: UnlinkAsked): Promise<void> {
  const { store, platforms, now } = world;
  const { account } = person;
  for (;;) {
    const links = await linksOf(world, person);
    if (links.length === 0) {
      return answer(world, { key, account, origin }, linking.nothingToUnlink(stillLinked(world, person)));
    }
    const at = now();
    const actor = personActor(person);
    const others = links
      .map((link) => accountOf(account.platform === 'slack' ? link.entra : link.account))
      .filter(({ platform }) => platforms.has(platform));
    const gone = await store.unlink(links, {
      audit: links.map((link) => ({
        at,
        what: 'person.unlinked',
        actor,
        detail: { account: link.account, entra: link.entra },
      })),
      deliveries: [
        whisper(account, origin, linking.unlinked(links.length), key),
        ...others.map((other) => direct(other, linking.unlinkedByOther(person))),
      ],
      settles: key,
    });
    if (gone) break;
  }
  world.wake('deliver');
}

async function linksOf({ store }: World, { account }: Person): Promise<readonly Link[]> {
  if (account.platform === 'teams') return store.linksTo(entraId(account));
  const link = await store.linkOf(accountKey(account));
  return link === undefined ? [] : [link];
}

/** What makes this account one with another although no code does. */
function stillLinked({ policy }: World, { account, aliases = [] }: Person): 'policy' | 'email' | undefined {
  const { same } = policy().people;
  const slack = [accountKey(account), ...aliases].filter((id) => id.startsWith('slack:'));
  if (slack.some((id) => same.has(id))) return 'policy';
  return slack.length > 0 && aliases.length > 0 ? 'email' : undefined;
}
