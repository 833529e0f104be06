import type { TeamsConversation, TeamsEvent, TeamsMessage, TeamsStandIn, TeamsUser } from '../../../sandbox/teams.js';
import type { TeamsDoor, TeamsSent } from '../../../sandbox/teams/door.js';

export const tenantId = '5a8c3f10-4e2b-4c55-9f0e-0c7d3a1b2e4f';

export const alice = teamsUser('a11ce000-0000-4000-8000-000000000001', 'Alice Analyst');
export const bob = teamsUser('b0b00000-0000-4000-8000-000000000002', 'Bob Lead');
export const gina = { ...teamsUser('61a00000-0000-4000-8000-000000000003', 'Gina Guest'), userRole: 'guest' as const };

const everybody = [alice, bob, gina].map(({ aadObjectId }) => aadObjectId);
export const incident = conversation({ id: '19:inc4711@thread.tacv2', name: 'inc-4711', members: everybody });
export const warRoom = conversation({
  id: '19:warroom@thread.v2',
  name: 'War room',
  type: 'groupChat',
  members: everybody.slice(0, 2),
  installed: false,
});
export const bobAlone = conversation({ id: 'a:bob', name: 'Cordon', type: 'personal', members: [bob.aadObjectId] });

/** What people did through the door, oldest first. */
export type Done = { readonly [name in 'say' | 'press' | 'install']?: unknown };

/** What Cordon answers to an activity. */
export function answered(body: unknown): TeamsSent {
  return { status: 200, body, again: () => Promise.resolve(answered(body)) };
}

/** Teams in memory: enough of the stand-in and its door for the page. */
export class FakeTeams {
  readonly done: Done[] = [];
  answer: TeamsSent = answered({});
  readonly #messages: TeamsMessage[] = [];
  readonly #listeners = new Set<(event: TeamsEvent) => void>();
  #lastId = 1_732_406_400_000;

  post(over: Partial<TeamsMessage> & Pick<TeamsMessage, 'conversation' | 'activity'>): TeamsMessage {
    this.#lastId += 1;
    const message: TeamsMessage = {
      id: String(this.#lastId),
      root: undefined,
      from: undefined,
      targetedTo: undefined,
      at: Date.now(),
      editedAt: undefined,
      deleted: false,
      ...over,
    };
    this.#messages.push(message);
    for (const listener of this.#listeners) listener({ what: 'new', message });
    return message;
  }

  readonly standIn: TeamsStandIn = {
    serviceUrl: 'http://127.0.0.1/teams/',
    tenantId,
    appId: 'c0d00000-0000-4000-8000-000000000009',
    settings: {},
    calls: [],
    users: () => [alice, bob, gina],
    conversations: () => [incident, warRoom, bobAlone],
    messages: (id) => this.#messages.filter((message) => message.conversation === id),
    thread: (id, root) =>
      this.#messages.filter((message) => message.conversation === id && (message.id === root || message.root === root)),
    personal: () => [],
    onMessage: (listener) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
    putUser: unused,
    removeUser: unused,
    putConversation: unused,
    deleteMessage: unused,
    fault: unused,
    clearFaults: unused,
    token: () => Promise.resolve(''),
    close: () => Promise.resolve(),
  };

  readonly door: TeamsDoor = {
    say: (what) => this.#did({ say: what }),
    press: ({ message, ...press }) => this.#did({ press: { ...press, message: message.id } }),
    install: (what) => this.#did({ install: what }),
    uninstall: () => this.#did({}),
    activity: () => this.#did({}),
  };

  #did(done: Done): Promise<TeamsSent> {
    this.done.push(done);
    return Promise.resolve(this.answer);
  }
}

/** A card like Cordon's, with a button and a button that asks for a reason first. */
export const waitingCard = {
  type: 'AdaptiveCard',
  version: '1.5',
  lang: 'en',
  fallbackText: 'Restrict app execution: desktop-5o2hkn5.contoso.com',
  body: [
    {
      type: 'TextBlock',
      text: 'Restrict app execution: desktop-5o2hkn5.contoso.com',
      wrap: true,
      size: 'medium',
      weight: 'bolder',
      style: 'heading',
    },
    {
      type: 'Container',
      style: 'warning',
      items: [{ type: 'TextBlock', text: '⏳ **Waiting for approval** (0 of 1 approval)', wrap: true }],
    },
    {
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text: 'beacon to 203.0.113.9 after a phishing mail <img src=x>', italic: true }],
    },
    {
      type: 'FactSet',
      facts: [
        { title: 'Requested by', value: 'Alice Analyst' },
        { title: 'Device', value: 'desktop-5o2hkn5.contoso.com' },
        { title: 'Expires', value: '{{DATE(2026-11-24T10:30:00Z,SHORT)}} {{TIME(2026-11-24T10:30:00Z)}}' },
        { title: 'Request', value: '7K3M-9Q2X' },
      ],
    },
    {
      type: 'TextBlock',
      text: 'Only files signed with a Microsoft-issued certificate can start on this device.',
      wrap: true,
      isSubtle: true,
      size: 'small',
    },
  ],
  actions: [
    { type: 'Action.Execute', title: 'Approve', style: 'positive', verb: 'cordon.press', data: { token: 'one' } },
    {
      type: 'Action.ShowCard',
      title: 'Deny',
      style: 'destructive',
      card: {
        type: 'AdaptiveCard',
        body: [
          {
            type: 'Input.Text',
            id: 'reason',
            label: 'Reason',
            isRequired: true,
            errorMessage: 'Say why.',
            isMultiline: true,
          },
        ],
        actions: [{ type: 'Action.Execute', title: 'Deny it', style: 'destructive', verb: 'cordon.press' }],
      },
    },
  ],
};

export function cardActivity(content: object): TeamsMessage['activity'] {
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
  return { type: 'message', summary: 'Waiting for approval', attachments };
}

function teamsUser(aadObjectId: string, name: string): TeamsUser {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? ''}@contoso.example`;
  return { id: `29:${aadObjectId}`, aadObjectId, tenantId, name, email, userRole: 'user' };
}

function conversation(
  over: Partial<TeamsConversation> & Pick<TeamsConversation, 'id' | 'name' | 'members'>,
): TeamsConversation {
  return { type: 'channel', installed: true, ...over };
}

function unused(): void {
  // The page never calls it.
}
