import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { Incoming, Origin } from '../../../src/command/model.js';
import type { Account } from '../../../src/people/person.js';

/**
 * What a payload asks of the adapter. `incoming`: to be stored, then acknowledged. `open`: a modal, nothing is stored.
 * `correct`: a submitted modal with mistakes, by block id. `ignore`: well formed and of no interest.
 */
export type Received =
  | { readonly kind: 'incoming'; readonly incoming: Incoming; readonly answer: Answer }
  | {
      readonly kind: 'open';
      readonly triggerId: string;
      readonly view: ModalView;
      readonly replyUrl: string | undefined;
      readonly instead: string;
    }
  | { readonly kind: 'correct'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'malformed'; readonly why: string };

/**
 * How to say that nothing was stored. `redeliver`: Slack sends it again by itself. `ack`: as text in the acknowledgement.
 * `reply`: at the `response_url`. `field`: as the mistake of a modal's field.
 */
export type Answer =
  | { readonly by: 'redeliver' }
  | { readonly by: 'ack' }
  | { readonly by: 'reply'; readonly url: string | undefined }
  | { readonly by: 'field'; readonly block: string };

export const ignore: Received = { kind: 'ignore' };

export function malformed(error: z.ZodError): Received {
  return {
    kind: 'malformed',
    why: error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  };
}

/** Ids, time stamps and the like: short and never empty. */
export const id = z.string().min(1).max(255);
export const webUrl = z.url({ protocol: /^https?$/ });

export function slackAccount(tenant: string, user: string): Account {
  return { platform: 'slack', tenant, user };
}

/** A `D…` channel is one-to-one; where it is not the one with the bot, the bot cannot post there either. */
export function slackOrigin(
  tenant: string,
  conversation: string,
  optional: { thread?: string | undefined; replyUrl?: string | undefined } = {},
): Origin {
  return {
    platform: 'slack',
    tenant,
    conversation,
    direct: conversation.startsWith('D'),
    ...(optional.thread === undefined ? {} : { thread: optional.thread }),
    ...(optional.replyUrl === undefined ? {} : { replyUrl: optional.replyUrl }),
  };
}
