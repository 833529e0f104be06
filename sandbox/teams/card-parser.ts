import { createRequire } from 'node:module';
import type * as AdaptiveCards from 'adaptivecards';

// Its ES modules import each other without file extensions, which Node does not resolve; the bundle beside them works.
const { AdaptiveCard, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as typeof AdaptiveCards;

/** What the official parser does not understand of an Adaptive Card 1.5; empty for a good one. */
export function cardComplaints(card: unknown): string[] {
  const context = new SerializationContext(Versions.v1_5);
  new AdaptiveCard().parse(card, context);
  return Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
}
