import { createRequire } from 'node:module';
import type * as AdaptiveCards from 'adaptivecards';
import type { TeamsMessage } from '../teams.js';

/** The package's own entry is ESM that Node 20 takes for CommonJS; its bundle works in both. */
const { AdaptiveCard, CardElement, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as typeof AdaptiveCards;

export type Fields = Readonly<Record<string, unknown>>;

export const cardType = 'application/vnd.microsoft.card.adaptive';

/** A button that the bot is told of, and the inputs whose values go with it. */
export interface Executable {
  readonly action: Fields;
  readonly inputs: readonly Fields[];
}

/** What Teams' parser says against a card, at the newest version that Teams shows from bots. Empty for a good card. */
export function cardFaults(content: unknown): string[] {
  const fields = fieldsOf(content);
  // The pattern is global and keeps its place from one card to the next, so that every second `lang` would be refused.
  if (CardElement.langProperty.regEx) CardElement.langProperty.regEx.lastIndex = 0;
  const card = new AdaptiveCard();
  const context = new SerializationContext(Versions.v1_5);
  card.parse(fields, context);
  const { version } = fields;
  return [
    ...(typeof version === 'string' && /^1\.[0-5]$/.test(version) ? [] : ['The version has to be one of 1.0 to 1.5.']),
    ...Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message),
    ...card.validateProperties().validationEvents.map(({ message }) => message),
  ];
}

/** The Adaptive Cards of a message or an activity. */
export function cardsOf(activity: Fields): Fields[] {
  const { attachments } = activity;
  return (Array.isArray(attachments) ? attachments : [])
    .map(fieldsOf)
    .filter(({ contentType }) => contentType === cardType)
    .map(({ content }) => fieldsOf(content));
}

/** Every `Action.Execute` of a message as it is now, those inside an `Action.ShowCard` too. */
export function executablesOf({ activity }: TeamsMessage): Executable[] {
  return cardsOf(activity).flatMap((card) => executablesIn(card, []));
}

export function titleOf({ action }: Executable): string {
  return String(action.title);
}

/** A card's inputs go with its own actions and with those of the cards that it shows. Source: `associatedInputs` in the schema explorer. */
function executablesIn(card: Fields, outer: readonly Fields[]): Executable[] {
  const parts = partsOf(card);
  const inputs = [...outer, ...parts.filter(({ type }) => String(type).startsWith('Input.'))];
  return parts.flatMap((part) => {
    if (part.type === 'Action.ShowCard') return executablesIn(fieldsOf(part.card), inputs);
    if (part.type !== 'Action.Execute') return [];
    return [{ action: part, inputs: part.associatedInputs === 'none' ? [] : inputs }];
  });
}

/** All typed objects of a card, but not those of the cards that it shows. */
function partsOf(value: unknown): Fields[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (typeof value !== 'object' || value === null) return [];
  const fields = fieldsOf(value);
  const inner = Object.entries(fields).filter(([name]) => name !== 'data' && name !== 'card');
  return [...(typeof fields.type === 'string' ? [fields] : []), ...inner.flatMap(([, each]) => partsOf(each))];
}

/**
 * The values that the client sends with a click. Throws, as the client would not send, for a required input without a value, a text
 * that is too long, a choice that is not there, and a value for an input that the card does not have.
 */
export function inputValues(
  { action, inputs }: Executable,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const known = inputs.map(({ id }) => String(id));
  const unknown = Object.keys(given).find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new Error(`“${String(action.title)}” has no input ${unknown}; there are: ${known.join(', ') || 'none'}.`);
  }
  return Object.fromEntries(
    inputs.map((input) => {
      const id = String(input.id);
      const value = given[id] ?? (typeof input.value === 'string' ? input.value : '');
      const fault = inputFault(input, value);
      if (fault !== undefined) throw new Error(`${id}: ${fault}`);
      return [id, value];
    }),
  );
}

function inputFault(input: Fields, value: string): string | undefined {
  if (value.trim() === '') {
    if (input.isRequired !== true) return undefined;
    return typeof input.errorMessage === 'string' ? input.errorMessage : 'a value is required';
  }
  if (typeof input.maxLength === 'number' && value.length > input.maxLength) return 'the text is too long';
  const { choices } = input;
  if (Array.isArray(choices) && !choices.map(fieldsOf).some((choice) => choice.value === value)) {
    return 'there is no such choice';
  }
  return undefined;
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
