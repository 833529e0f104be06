import type { Facts, Policy, RecentRequest } from '../policy/policy.js';
import { longestWindow } from '../policy/ceilings.js';
import type { ActionKind } from '../command/model.js';
import type { Context } from './context.js';
import type { Request } from './request.js';

type Asked = Required<Pick<Facts, 'recent' | 'askedAt'>>;

/** Clocks of replicas that follow one database differ by less. */
const clockSlackMs = 5_000;

/**
 * What was asked for before a Request that is about to be made, and the time at which to make it: later than all of these, so that at
 * its votes and before its call the same ones were before it.
 */
export async function recentNow(
  { store, now }: Pick<Context, 'store' | 'now'>,
  policy: Policy,
  action: ActionKind,
): Promise<Asked> {
  const at = now();
  const recent = await lately(store, policy, action, at, { at: at + clockSlackMs });
  return { recent, askedAt: Math.max(at, ...recent.map(({ createdAt }) => createdAt + 1)) };
}

/** What was asked for before this Request. Another replica may have stored some of it after this one had looked. */
export async function recentOf({ store }: Pick<Context, 'store'>, policy: Policy, request: Request): Promise<Asked> {
  const { action, createdAt, id } = request;
  return { recent: await lately(store, policy, action, createdAt, { at: createdAt, id }), askedAt: createdAt };
}

async function lately(
  store: Context['store'],
  policy: Policy,
  action: ActionKind,
  at: number,
  until: { at: number; id?: string },
): Promise<readonly RecentRequest[]> {
  const window = action === 'restrict' ? longestWindow(policy) : 0;
  return window === 0 ? [] : store.recentRequests(action, at - window, until);
}
