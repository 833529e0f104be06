import { z } from 'zod';
import { slashCommands } from '../names.js';
import { id, ignore, malformed, type Received, slackAccount, slackOrigin, webUrl } from './received.js';

const slashCommand = z.object({
  command: id,
  text: z.string().default(''),
  team_id: id,
  user_id: id,
  channel_id: id,
  trigger_id: id,
  response_url: webUrl,
});

/** A slash command. `team_id` is the workspace of the person who typed it. */
export function readCommand(body: unknown): Received {
  const read = slashCommand.safeParse(body);
  if (!read.success) return malformed(read.error);
  const { command, text, team_id, user_id, channel_id, trigger_id, response_url } = read.data;
  const word = wordFor(command);
  if (word === undefined) return ignore;
  return {
    kind: 'incoming',
    incoming: {
      key: `slack:command:${trigger_id}`,
      account: slackAccount(team_id, user_id),
      origin: slackOrigin(team_id, channel_id, { replyUrl: response_url }),
      said: { kind: 'text', text: [word, text].filter((part) => part !== '').join(' ') },
    },
    answer: { by: 'ack' },
  };
}

function wordFor(command: string): string | undefined {
  return Object.entries(slashCommands).find(([name]) => name === command)?.[1];
}
