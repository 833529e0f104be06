import type { Sandbox } from '../../../sandbox/boot.js';
import type { TeamsMessage } from '../../../sandbox/teams.js';
import type { TeamsSent } from '../../../sandbox/teams/door.js';
import { elementsOf, wordsOf } from '../../../sandbox/teams/words.js';
import type { Done, Driver, Shown, Who } from '../../contract/platform-driver.js';

const channels = { incident: 'inc-4711', approvals: 'soc-approvals' } as const;
type Element = Readonly<Record<string, unknown>>;

/** Teams: mentions or native slash commands in a channel, Adaptive Cards, targeted messages. */
export function teamsDriver(sandbox: Sandbox, { slash = false } = {}): Driver {
  const teams = sandbox.teams();
  const door = sandbox.teamsDoor();
  const user = (who: Who): string => {
    const found = teams.users().find(({ name }) => name.toLowerCase().startsWith(who));
    if (found === undefined) throw new Error(`nobody in Teams is called ${who}`);
    return found.aadObjectId;
  };
  const conversation = (where: keyof typeof channels): string => {
    const found = teams.conversations().find(({ name }) => name === channels[where]);
    if (found === undefined) throw new Error(`there is no channel ${channels[where]}`);
    return found.id;
  };
  const stored = ({ id, conversation: where }: Shown): TeamsMessage => {
    const found = teams.messages(where).find((message) => message.id === id);
    if (found === undefined) throw new Error(`no message ${id}`);
    return found;
  };
  const ofCordon = (message: TeamsMessage): boolean => message.from === undefined && !message.deleted;
  const asides = (who: Who): TeamsMessage[] =>
    teams.messages(conversation('incident')).filter((each) => ofCordon(each) && each.targetedTo === user(who));
  const press = async (who: Who, message: TeamsMessage, title: string, inputs = {}): Promise<Done> =>
    done(await door.press({ user: user(who), message, title, inputs }));

  return {
    platform: 'teams',
    say: async (who, text) =>
      done(await door.say({ user: user(who), conversation: conversation('incident'), text, slash })),
    sayDirectly: async (who, text) => done(await door.say({ user: user(who), conversation: 'personal', text })),
    card: (where = 'incident') => {
      const found = teams
        .messages(conversation(where))
        .findLast((each) => ofCordon(each) && each.targetedTo === undefined && buttonsOf(each).length > 0);
      return found && { id: found.id, conversation: found.conversation };
    },
    approve: (who, card) => press(who, stored(card), 'Approve'),
    deny: (who, card, reason) => press(who, stored(card), 'Deny', { reason }),
    pick: async (who, label) => {
      const list = asides(who).findLast((each) => buttonsOf(each).length > 0);
      if (list === undefined) throw new Error(`${who} sees no list`);
      return press(who, list, label);
    },
    words: (card) => wordsOf(stored(card)),
    buttons: (card) => buttonsOf(stored(card)),
    replies: (card) =>
      teams
        .thread(card.conversation, stored(card).root ?? card.id)
        .filter((each) => ofCordon(each) && each.id !== card.id && each.targetedTo === undefined)
        .map(wordsOf),
    aside: (who) => asides(who).map(wordsOf),
    directlyTo: (who) => teams.personal(user(who)).filter(ofCordon).map(wordsOf),
    pings: (card) => {
      const { activity } = stored(card);
      const entities = Array.isArray(activity['entities']) ? (activity['entities'] as unknown[]) : [];
      const texts = elementsOf(activity).filter(({ type }) => type === 'TextBlock');
      return [
        ...entities,
        ...texts.filter(({ text }) => /<at>|\{\{(?:DATE|TIME)\(2026-01-01|\]\(https?:\/\/evil/.test(String(text))),
        ...elementsOf(activity).filter(({ url }) => String(url).startsWith('https://evil')),
      ];
    },
    remove: ({ id }) => {
      teams.deleteMessage(id);
    },
    outage: (times) => {
      teams.fault({ operation: 'sendToConversation', kind: '503', times });
    },
  };
}

function done(sent: TeamsSent): Done {
  return { status: sent.status, again: async () => done(await sent.again()) };
}

/** Titles of the actions that one sees at first. */
function buttonsOf({ activity }: TeamsMessage): string[] {
  const within = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap((each: unknown) => within(each));
    if (typeof value !== 'object' || value === null) return [];
    const element: Element = { ...value };
    if (element['type'] === 'Action.Execute' || element['type'] === 'Action.ShowCard')
      return [String(element['title'])];
    return Object.values(element).flatMap(within);
  };
  return within(activity['attachments']);
}
