import type { Sandbox } from '../../../sandbox/boot.js';
import type { StoredMessage } from '../../../sandbox/slack.js';
import { asTyped, buttonsOf, type Sent } from '../../../sandbox/slack/door.js';
import type { Done, Driver, Shown, Who } from '../../contract/platform-driver.js';
import { eventually } from '../eventually.js';

const channels = { incident: 'C0INC4711', approvals: 'C0APPROVE' } as const;
const users: Readonly<Record<Who, string>> = {
  alice: 'U0ALICE',
  bob: 'U0BOB',
  carol: 'U0CAROL',
  dave: 'U0DAVE',
  gina: 'U0GUEST',
  mallory: 'U0MALLORY',
};

/** Slack: slash commands, Block Kit buttons, modals, ephemeral messages. */
export function slackDriver(sandbox: Sandbox): Driver {
  const { slack } = sandbox;
  const stored = ({ id, conversation }: Shown): StoredMessage => {
    const found = slack.messages(conversation).find(({ message }) => message.ts === id);
    if (found === undefined) throw new Error(`no message ${id}`);
    return found;
  };
  const press = async (who: Who, message: StoredMessage, label: string): Promise<Done> =>
    done(await sandbox.door().press({ user: users[who], message, label }));

  return {
    platform: 'slack',
    say: async (who, text) =>
      done(
        await sandbox
          .door()
          .slashCommand({ user: users[who], channel: channels.incident, command: '/cordon', text: asTyped(text) }),
      ),
    sayDirectly: async (who, text) =>
      done(await sandbox.door().directMessage({ user: users[who], text: asTyped(text) })),
    card: (where = 'incident') => {
      const found = slack.messages(channels[where]).findLast((message) => buttonsOf(message).length > 0);
      return found && { id: found.message.ts, conversation: found.channel };
    },
    approve: (who, card) => press(who, stored(card), 'Approve'),
    deny: async (who, card, reason) => {
      await press(who, stored(card), 'Deny');
      const user = users[who];
      const view = await eventually('the modal', () => slack.openViews(user)[0]);
      return done(await sandbox.door().submitView({ user, view, values: { reason } }));
    },
    pick: async (who, label) => {
      const list = slack.ephemerals(users[who]).findLast((message) => buttonsOf(message).length > 0);
      if (list === undefined) throw new Error(`${who} sees no list`);
      return press(who, list, label);
    },
    words: (card) => stored(card).message.text,
    buttons: (card) => buttonsOf(stored(card)).map(({ button }) => (button.text as { text: string }).text),
    replies: ({ id, conversation }) =>
      slack
        .thread(conversation, id)
        .filter(({ message }) => message.ts !== id)
        .map(({ message }) => message.text),
    aside: (who) => slack.ephemerals(users[who]).map(({ message }) => message.text),
    directlyTo: (who) => slack.dm(users[who]).map(({ message }) => message.text),
    pings: (card) => {
      const { text, blocks } = stored(card).message;
      return [
        ...(text.match(/<(?:[!@#](?!date)|https?:\/\/evil)[^>]*>/g) ?? []),
        ...(JSON.stringify(blocks).match(/"type":"(?:broadcast|usergroup)"|"url":"https?:\/\/evil[^"]*"/g) ?? []),
      ];
    },
    remove: ({ id, conversation }) => {
      slack.deleteMessage(conversation, id);
    },
    outage: (times) => {
      slack.fault({ operation: 'chat.postMessage', kind: '500', times });
    },
  };
}

function done(sent: Sent): Done {
  return { status: sent.status, again: async () => done(await sent.again()) };
}
