import { z } from 'zod';
import { pageFaults, pageOperations } from './model.js';

const id = z.string().min(1);
const text = z.string().trim().min(1).max(8_000);
const values = z.record(z.string(), z.string());
const slack = z.literal('slack');
const teams = z.literal('teams');
const defender = z.literal('defender');

/** People, channels and messages by Slack's ids; `channel` is `dm` for the conversation with Cordon alone. */
const slackAction = z.discriminatedUnion('do', [
  z.strictObject({ on: slack, do: z.literal('say'), user: id, channel: id, text, thread_ts: id.exactOptional() }),
  z.strictObject({ on: slack, do: z.literal('press'), user: id, channel: id, ts: id, actionId: id }),
  z.strictObject({ on: slack, do: z.literal('shortcut'), user: id, channel: id, ts: id }),
  /** `values` by `block_id`. */
  z.strictObject({ on: slack, do: z.literal('submit'), user: id, view: id, values }),
  z.strictObject({ on: slack, do: z.literal('close'), user: id, view: id }),
]);

/** People by `aadObjectId`; `conversation` is `personal` for the chat with Cordon alone. */
const teamsAction = z.discriminatedUnion('do', [
  z.strictObject({ on: teams, do: z.literal('say'), user: id, conversation: id, text, thread: id.exactOptional() }),
  z.strictObject({ on: teams, do: z.literal('press'), user: id, message: id, title: id, inputs: values }),
  z.strictObject({ on: teams, do: z.literal('install'), user: id, conversation: id }),
]);

const kind = z.enum(pageFaults);
const operation = z.enum(pageOperations);
const defenderAction = z.discriminatedUnion('do', [
  z.strictObject({ on: defender, do: z.literal('fault'), kind, operation, armed: z.boolean() }),
  z.strictObject({ on: defender, do: z.literal('pace'), slow: z.boolean() }),
  z.strictObject({ on: defender, do: z.literal('online'), machine: id, online: z.boolean() }),
]);

/** What the person at the page did: the body of `POST /act`. */
export const pageAction = z.discriminatedUnion('on', [slackAction, teamsAction, defenderAction]);

export type SlackAction = z.infer<typeof slackAction>;
export type TeamsAction = z.infer<typeof teamsAction>;
export type DefenderAction = z.infer<typeof defenderAction>;
export type PageAction = z.infer<typeof pageAction>;
