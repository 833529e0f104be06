import type { Sandbox } from '../boot.js';
import { newestOf, noCard, type Seat, soon } from '../seat.js';
import { sandboxApp, type StoredMessage } from '../slack.js';
import { asTyped, buttonsOf } from './door.js';

/** One person in Slack. */
export function slackSeat(sandbox: Pick<Sandbox, 'slack' | 'door'>): Seat {
  const { slack } = sandbox;
  const { workspace } = slack;
  let user = 'U0ALICE';
  let channel = 'C0INC4711';

  /** Messages of Cordon that have an Approve button, oldest first. */
  const cards = (): StoredMessage[] =>
    workspace
      .channels()
      .flatMap(({ id }) => slack.messages(id))
      .filter(
        (stored) =>
          stored.message.user === sandboxApp.botUser &&
          buttonsOf(stored).some(({ button }) => labelOf(button) === 'Approve'),
      )
      .sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  const cardFor = (id: string): Promise<StoredMessage> =>
    soon(() => newestOf(cards(), id, ({ message }) => message), noCard(id));

  return {
    get label() {
      return `${workspace.user(user).name} #${workspace.findChannel(channel)?.name ?? channel}> `;
    },
    become(login) {
      const found = workspace.users().find(({ name, is_bot }) => name === login && !is_bot);
      user = found?.id ?? user;
      return found !== undefined;
    },
    go(conversation) {
      const found = workspace.channels().find(({ name, im }) => name === conversation && im === undefined);
      channel = found?.id ?? channel;
      return found !== undefined;
    },
    command: (verb, text) => {
      const own = verb === 'restrict' || verb === 'release';
      const said = own ? { command: `/${verb}`, text } : { command: '/cordon', text: `${verb} ${text}`.trim() };
      return sandbox.door().slashCommand({ user, channel, ...said, text: asTyped(said.text) });
    },
    mention: (text) => {
      const card = cards().at(-1);
      const thread = card?.channel === channel ? { thread_ts: card.message.thread_ts ?? card.message.ts } : {};
      return sandbox.door().mention({ user, channel, text: asTyped(text), ...thread });
    },
    direct: (text) => sandbox.door().directMessage({ user, text: asTyped(text) }),
    approve: async (id) => sandbox.door().press({ user, message: await cardFor(id), label: 'Approve' }),
    deny: async (id, reason) => {
      await sandbox.door().press({ user, message: await cardFor(id), label: 'Deny' });
      const view = await soon(() => slack.openViews(user).at(-1), 'Cordon opened no form for the reason.');
      return sandbox.door().submitView({ user, view, values: { reason } });
    },
  };
}

function labelOf(button: Readonly<Record<string, unknown>>): unknown {
  const { text } = button;
  return typeof text === 'object' && text !== null && 'text' in text ? text.text : undefined;
}
