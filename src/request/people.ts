import { identify } from '../people/identify.js';
import { idsOf, type Person } from '../people/person.js';
import { type LinkSources, relink } from '../people/relink.js';
import { PlatformError } from '../platform.js';
import type { Context } from './context.js';
import type { Request, Vote } from './request.js';

/** How long what a platform said about a person may be used while the platform cannot be asked. */
const trustedMs = 600_000;

type World = Pick<Context, 'platforms' | 'store' | 'policy' | 'now'>;

/**
 * The Request with its requester and voters as their platforms describe them now, so that a deactivated approver no longer
 * counts just before the call. Throws a `PlatformError` when somebody cannot be asked about and was last seen more than ten
 * minutes ago, or when the platform refuses to tell: nobody acts unresolved.
 */
export async function withPeopleAsOfNow(world: World, request: Request): Promise<Request> {
  return withPeople(request, (person, seenAt) => asOfNow(world, person, seenAt));
}

/**
 * The Request with its requester and voters by the links of now, for decisions that cannot wait for a platform: two who were
 * linked after they acted are one from then on, and who was one when they acted stays it for this Request.
 */
export async function withLinksAsOfNow(sources: LinkSources, request: Request): Promise<Request> {
  return withPeople(request, (person) => relink(sources, person));
}

async function withPeople(
  request: Request,
  anew: (person: Person, seenAt: number) => Promise<Person>,
): Promise<Request> {
  const now = async (then: Person, seenAt: number): Promise<Person> => ({
    ...(await anew(then, seenAt)),
    formerly: idsOf(then),
  });
  // Side by side: each is a question to a chat platform, and a call that is approved waits for all of them.
  const [requester, votes] = await Promise.all([
    now(request.requester, request.createdAt),
    Promise.all(
      request.votes.map(async (vote): Promise<Vote> => ({ ...vote, person: await now(vote.person, vote.at) })),
    ),
  ]);
  return { ...request, requester, votes };
}

async function asOfNow(world: World, person: Person, seenAt: number): Promise<Person> {
  try {
    return await identify(world, person.account);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const known = await relink(world, person);
    if (error.kind === 'gone') return { ...known, standing: 'deactivated' };
    if (error.kind === 'later' && world.now() - seenAt <= trustedMs) return known;
    throw error;
  }
}
