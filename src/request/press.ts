/**
 * Checks a press against what the store says about its button, and hands it to the use case that it is for. Guarantees: of what the
 * client sent nothing is believed but the token; platform, tenant, conversation, person, message, revision and expiry are compared with
 * the click as the platform authenticated it, and a press that does not fit is refused and recorded. Whether the person may decide is
 * not looked at here.
 */
import { personActor } from '../audit/event.js';
import type { Incoming, Said } from '../command/model.js';
import type { Person } from '../people/person.js';
import type { ButtonMeaning, PendingIncoming, StoredButton } from '../store/store.js';
import * as answers from '../view/answers.js';
import type { Note } from '../view/model.js';
import { misplaced } from '../view/revising.js';
import { misfit } from './buttons.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { resolve } from './resolve.js';
import { retireCopy } from './retire-copy.js';
import { vote } from './vote.js';

type World = Parameters<typeof vote>[0];
type Press = Extract<Said, { kind: 'press' }>;
type OnCard = Exclude<ButtonMeaning, { kind: 'choose' }>;
export type Choice = Extract<ButtonMeaning, { kind: 'choose' }>;

/** The choice from a pick list that is to be carried out now; undefined where everything is done. */
export async function press(
  world: World,
  { incoming, receivedAt }: PendingIncoming,
  person: Person,
  said: Press,
): Promise<Choice | undefined> {
  const button = await world.store.button(said.token);
  if (button === undefined) {
    await turnAway(world, incoming, person, answers.unknownButton(), 'press.unknown');
    return undefined;
  }
  const { meaning, expiresAt } = button;
  if (meaning.kind === 'choose') return choose(world, incoming, person, { ...button, meaning });
  // Slack says in `account` where somebody clicked; who they are is what it says when it is asked.
  const field = await whyMisplaced(world, meaning, { ...incoming, account: person.account });
  if (field !== undefined) {
    await turnAwayMisplaced(world, incoming, person, meaning, field);
    return undefined;
  }
  if (said.on !== undefined) await retireCopy(world, meaning.requestId, said.on);
  const { requestId } = meaning;
  const common = { key: incoming.key, person, origin: incoming.origin, requestId };
  if (meaning.kind === 'resolve') {
    const { decision, attempt } = meaning;
    await resolve(world, { ...common, decision, attempt });
  } else {
    const { decision, revision, commitment } = meaning;
    const why = said.reason === undefined ? {} : { reason: said.reason };
    await vote(world, { ...common, receivedAt, decision, button: { revision, commitment, expiresAt }, ...why });
  }
  return undefined;
}

/** Which field of the press is not what its button was made for; `message`: it stands below another Request's card. */
export async function whyMisplaced(
  { store }: Pick<Context, 'store'>,
  { requestId, place }: OnCard,
  { account, origin, said }: Pick<Incoming, 'account' | 'origin' | 'said'>,
): Promise<string | undefined> {
  const field = misfit(place, { account, origin });
  if (field !== undefined || said.kind !== 'press' || said.on === undefined) return field;
  // A message of which the record knows nothing may be a second copy of the card.
  const others = await store.requestsOfCard(said.on);
  return others.length === 0 || others.includes(requestId) ? undefined : 'message';
}

async function choose(
  world: World,
  incoming: Incoming,
  person: Person,
  { meaning, expiresAt }: StoredButton & { readonly meaning: Choice },
): Promise<Choice | undefined> {
  const { platform, tenant, user } = meaning.account;
  const { account } = person;
  if (account.platform !== platform || account.tenant !== tenant || account.user !== user) {
    await turnAway(world, incoming, person, answers.notYourButton(), 'choice.not-theirs');
  } else if (world.now() >= expiresAt)
    await turnAway(world, incoming, person, answers.unknownButton(), 'choice.expired');
  else return meaning;
  return undefined;
}

async function turnAwayMisplaced(
  world: World,
  { key, account, origin }: Incoming,
  person: Person,
  { kind, requestId, decision, place }: OnCard,
  field: string,
): Promise<void> {
  const what = `${kind}.misplaced`;
  const { platform, tenant, conversation } = origin;
  const detail = { decision, field, pressedIn: { platform, tenant, conversation }, madeFor: place };
  const request = await world.store.request(requestId);
  const [at, actor] = [world.now(), personActor(person)];
  const event = request
    ? requestEvent(request, what, actor, at, detail)
    : { at, what, actor, detail: { ...detail, asked: requestId } };
  await answer(world, { key, account, origin }, misplaced(requestId), { audit: [event] });
}

function turnAway(
  world: World,
  { key, account, origin }: Incoming,
  person: Person,
  note: Note,
  what: string,
): Promise<void> {
  const { platform, tenant, conversation } = origin;
  const detail = { pressedIn: { platform, tenant, conversation } };
  const event = { at: world.now(), what, actor: personActor(person), detail };
  return answer(world, { key, account, origin }, note, { audit: [event] });
}
