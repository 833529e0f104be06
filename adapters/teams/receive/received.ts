import type { z } from 'zod';
import type { Incoming } from '../../../src/command/model.js';

/**
 * What an activity asks of the adapter. `incoming`: to be stored, then answered. `ignore`: of no interest. `nobody`: it wants
 * something, but Teams does not say who it is from (bots, connectors, people who joined a meeting anonymously). `unknown invoke`:
 * an invoke that is not Cordon's, to be answered as not implemented.
 */
export type Received =
  | { readonly kind: 'incoming'; readonly incoming: Incoming; readonly answer: Answer }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'nobody'; readonly answer: Answer }
  | { readonly kind: 'unknown invoke' }
  | { readonly kind: 'malformed'; readonly why: string };

/**
 * How to say that nothing was stored. `reply`: in the conversation. `invoke`: in the invoke response. `redeliver`: not at all;
 * nobody is waiting, and the Bot Framework may send it again.
 */
export type Answer = 'reply' | 'invoke' | 'redeliver';

export const ignore: Received = { kind: 'ignore' };

export function malformed(error: z.ZodError): Received {
  return { kind: 'malformed', why: issuesOf(error) };
}

export function issuesOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
