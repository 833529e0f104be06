import type { Context } from './context.js';
import type { Request } from './request.js';

/**
 * Asks what has to be known just before the call while something else is still to be done before it. Whoever needs an answer asks
 * again, and shares it where it is young enough (`createUnfinished`, `shareLookUps`); nothing is decided here, and a failure is theirs
 * to see. Not again for who waits for a platform: the questions would be wasted for as long as that lasts.
 */
export function askAhead(
  { platforms, unfinished }: Pick<Context, 'platforms' | 'unfinished'>,
  { device, requester, votes, failure }: Request,
): void {
  if (failure?.code === 'people_unresolved') return;
  const people = [requester, ...votes.map(({ person }) => person)];
  const lookUps = people.map(({ account }) => platforms.get(account.platform)?.lookUp(account));
  void Promise.allSettled([unfinished(device.id), ...lookUps]);
}
