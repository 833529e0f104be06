import type { Incoming } from '../command/model.js';
import { cardOf } from '../view/card.js';
import type { Card } from '../view/model.js';
import type { Context } from './context.js';
import { whyMisplaced } from './press.js';

const lookEveryMs = 50;

type World = Pick<Context, 'store' | 'now' | 'portalUrl'> & { readonly sleep: (ms: number) => Promise<void> };

/**
 * The Card that a pressed button belongs to, once the press was carried out (here or on another replica) or `withinMs` has passed.
 * Undefined where the button belongs to no Request, or not where it was pressed:
 * whoever copied it elsewhere is shown nothing of use there.
 */
export async function cardAfter(world: World, press: Incoming, withinMs: number): Promise<Card | undefined> {
  const { store, now, portalUrl, sleep } = world;
  if (press.said.kind !== 'press') return undefined;
  const button = await store.button(press.said.token);
  if (button === undefined || button.meaning.kind === 'choose') return undefined;
  const { requestId, place } = button.meaning;
  if ((await whyMisplaced(world, button.meaning, press)) !== undefined) return undefined;
  const until = now() + withinMs;
  while (now() < until && !(await store.isSettled(press.key))) await sleep(lookEveryMs);
  const request = await store.request(requestId);
  const shown = request?.places.find(
    (each) => each.platform === place.platform && each.conversation === place.conversation,
  );
  return request && shown && cardOf(request, portalUrl, shown);
}
