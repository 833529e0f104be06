import type { MessageRef } from '../platform.js';
import type { Context } from './context.js';
import { retire, withoutTokens } from './effects.js';

/**
 * Somebody pressed a button on a card of which the record knows nothing: it was posted by a process that died before it could note it, and
 * another one was posted instead. The press counts, and the copy, which nobody keeps up to date, loses its buttons.
 */
export async function retireCopy(
  { store, wake }: Pick<Context, 'store' | 'wake'>,
  requestId: string,
  pressed: MessageRef,
): Promise<void> {
  if ((await store.requestsOfCard(pressed)).includes(requestId)) return;
  const request = await store.request(requestId);
  const places = request?.places.filter(({ platform }) => platform === pressed.platform) ?? [];
  const [place] = places;
  if (place === undefined) return;
  const cards = await Promise.all(places.map((each) => store.card(requestId, each)));
  // A card that is just being noted is no copy.
  if (cards.some((card) => card === undefined || card.ref.message === pressed.message)) return;
  await store.owe([retire(requestId, withoutTokens(place), pressed)]);
  wake('deliver');
}
