import { z } from 'zod';
import type { TeamsSent } from '../../teams/door.js';
import type { TeamsAction } from '../action.js';
import type { Outcome } from '../model.js';
import type { PageParts } from '../parts.js';

const invokeResponse = z.object({ statusCode: z.number(), type: z.string(), value: z.unknown().optional() });

export async function actInTeams(action: TeamsAction, parts: PageParts): Promise<Outcome> {
  const { user } = action;
  switch (action.do) {
    case 'say':
      return say(action, parts);
    case 'press': {
      const message = allMessages(parts).find(({ id, deleted }) => id === action.message && !deleted);
      if (message === undefined) throw new Error('This message is gone.');
      const sent = await parts.teamsDoor().press({ user, message, title: action.title, inputs: action.inputs });
      const invoke = invokeResponse.safeParse(sent.body).data;
      return { ...outcome(sent), ...(invoke === undefined ? {} : { invoke }) };
    }
    case 'install':
      return outcome(await parts.teamsDoor().install({ user, conversation: action.conversation }));
  }
}

/**
 * What Teams' client makes of typed text. Alone with the bot everything goes to it; elsewhere a `/` chooses a command from the bot's
 * list, and other text reaches the bot with a mention only.
 */
async function say(action: Extract<TeamsAction, { do: 'say' }>, parts: PageParts): Promise<Outcome> {
  const { user, conversation, text } = action;
  const place = { user, conversation, ...(action.thread === undefined ? {} : { thread: action.thread }) };
  const door = parts.teamsDoor();
  const isPersonal =
    conversation === 'personal' ||
    parts.teams.conversations().some(({ id, type }) => id === conversation && type === 'personal');
  if (isPersonal) return outcome(await door.say({ user, conversation: 'personal', text }));
  const [, chosen] = /^\/(.+)$/s.exec(text) ?? [];
  if (chosen !== undefined) return outcome(await door.say({ ...place, text: chosen, slash: true }));
  const [, toCordon] = /^@cordon\b[\s,:]*(.*)$/is.exec(text) ?? [];
  if (toCordon === undefined) {
    return { problem: 'Cordon hears what mentions it: begin with @Cordon, or with / for a command.' };
  }
  return outcome(await door.say({ ...place, text: toCordon }));
}

function allMessages({ teams }: PageParts): ReturnType<PageParts['teams']['messages']> {
  return teams.conversations().flatMap(({ id }) => teams.messages(id));
}

function outcome({ status }: TeamsSent): Outcome {
  return status >= 200 && status < 300 ? {} : { problem: `Cordon answered HTTP ${status}.` };
}
