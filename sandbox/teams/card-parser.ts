import { createRequire } from 'node:module';
import type * as AdaptiveCards from 'adaptivecards';

/** The package's own entry is ESM that Node 20 takes for CommonJS; its bundle works in both. */
const { AdaptiveCard, CardElement, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as typeof AdaptiveCards;

/** What the parser says of a card, at the version that it declares, and the renderer of its inputs. */
export function cardComplaints(json: object): string[] {
  // The pattern is global and keeps its place from one card to the next, so that every second `lang` would be refused.
  if (CardElement.langProperty.regEx) CardElement.langProperty.regEx.lastIndex = 0;
  const card = new AdaptiveCard();
  const context = new SerializationContext(Versions.v1_5);
  card.parse(json, context);
  return [
    ...Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message),
    ...card.validateProperties().validationEvents.map(({ message }) => message),
  ];
}
