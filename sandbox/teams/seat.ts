import type { Sandbox } from '../boot.js';
import { objectIds, teamsIds } from '../cast.js';
import { newestOf, noCard, type Seat, soon } from '../seat.js';
import type { TeamsMessage } from '../teams.js';
import { executablesOf, titleOf } from './cards.js';

/** One person in Teams, in a channel or group chat; only for a sandbox that has Teams. */
export function teamsSeat(sandbox: Pick<Sandbox, 'teams' | 'teamsDoor'>): Seat {
  const { chats } = sandbox.teams();
  let user: string = objectIds.alice;
  let conversation: string = teamsIds.incident;

  /** What this person sees of Cordon's that has an Approve button, oldest first. */
  const cards = (): TeamsMessage[] =>
    chats
      .conversations()
      .filter(({ members }) => members.includes(user))
      .flatMap(({ id }) => chats.messages(id))
      .filter(({ targetedTo }) => targetedTo === undefined || targetedTo === user)
      .filter((message) => executablesOf(message).some((each) => titleOf(each) === 'Approve'))
      .sort((a, b) => Number(a.id) - Number(b.id));
  const cardFor = (id: string): Promise<TeamsMessage> =>
    soon(() => newestOf(cards(), id, ({ activity }) => activity), noCard(id));

  return {
    get label() {
      return `[teams] ${loginOf(user)} ${chats.findConversation(conversation)?.name ?? conversation}> `;
    },
    become(login) {
      const [, found] = Object.entries(objectIds).find(([name]) => name === login) ?? [];
      user = found ?? user;
      return found !== undefined;
    },
    go(name) {
      const wanted = named(name);
      const found = chats.conversations().find((each) => each.type !== 'personal' && named(each.name) === wanted);
      conversation = found?.id ?? conversation;
      return found !== undefined;
    },
    command: (verb, text) =>
      sandbox.teamsDoor().say({ user, conversation, text: `${verb} ${text}`.trim(), slash: true }),
    mention: (text) => {
      const card = cards().findLast((each) => each.conversation === conversation);
      const inThread = card !== undefined && chats.findConversation(conversation)?.type === 'channel';
      return sandbox
        .teamsDoor()
        .say({ user, conversation, text, ...(inThread ? { thread: card.root ?? card.id } : {}) });
    },
    direct: (text) => sandbox.teamsDoor().say({ user, conversation: 'personal', text }),
    approve: async (id) => sandbox.teamsDoor().press({ user, message: await cardFor(id), title: 'Approve' }),
    deny: async (id, reason) => {
      const message = await cardFor(id);
      const button = executablesOf(message).find((each) => each.inputs.length > 0 && /deny/i.test(titleOf(each)));
      if (button === undefined) throw new Error('The card has no form for the reason.');
      const inputs = Object.fromEntries(button.inputs.map((input) => [String(input.id), reason]));
      return sandbox.teamsDoor().press({ user, message, title: titleOf(button), inputs });
    },
  };
}

function loginOf(aadObjectId: string): string {
  return Object.entries(objectIds).find(([, id]) => id === aadObjectId)?.[0] ?? aadObjectId;
}

/** `War room` is also `war-room`, as it is called in Slack. */
function named(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
