import assert from 'node:assert/strict';
import crossFetch from 'cross-fetch';
import { createEmulator, type Emulator } from 'emulate';
import { boot, type Sandbox } from '../../sandbox/boot.js';
import { devices } from '../../sandbox/cast.js';
import { postSigned } from '../../sandbox/slack/senders.js';
import { botEvents, commandScope, methodScopes } from '../../adapters/slack/names.js';
import { eventually } from './eventually.js';

const botToken = 'xoxb-emulated';
const botScopes = [...new Set([commandScope, ...Object.values(botEvents), ...Object.values(methodScopes).flat()])];
/** Sees everything; what Cordon's own token may do is strictly its scopes. */
const observer = 'xoxp-observer';
const device = devices[0]!;
/** The emulator takes no port 0. Below the ports that the system gives out, one of which the tests beside this may have. */
const port = 20_000 + (process.pid % 12_000);

interface Message {
  readonly ts: string;
  readonly text: string;
  readonly thread_ts?: string;
  readonly blocks?: readonly { readonly type: string; readonly elements?: readonly Record<string, unknown>[] }[];
}

/** The Slack side against an emulator that somebody else wrote: what our own stand-in gets wrong shows here. */
describe('against the independent Slack emulator, with strict scopes', function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let sandbox: Sandbox;
  let team: string;
  let channel: string;
  const users = new Map<string, string>();

  const api = async (
    method: string,
    args: Record<string, string>,
    token = observer,
  ): Promise<Record<string, unknown>> => {
    const response = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    assert.equal(answer.ok, true, `${method}: ${JSON.stringify(answer)}`);
    return answer;
  };

  before(async () => {
    const scopes = [
      'channels:read',
      'channels:history',
      'channels:manage',
      'im:read',
      'im:history',
      'im:write',
      'users:read',
    ];
    emulator = await createEmulator({
      service: 'slack',
      port,
      seed: {
        slack: {
          strict_scopes: true,
          users: ['alice', 'bob', 'cordon'].map((name) => ({ name, real_name: name })),
          channels: [{ name: 'inc-4711' }],
          tokens: [
            { token: botToken, user: 'cordon', scopes: botScopes },
            { token: observer, user: 'admin', scopes },
          ],
        },
      },
    });
    const { members } = (await api('users.list', {})) as { members: { id: string; name: string; team_id: string }[] };
    for (const { id, name } of members) users.set(name, id);
    team = members[0]!.team_id;
    const { channels } = (await api('conversations.list', {})) as { channels: { id: string; name: string }[] };
    channel = channels.find(({ name }) => name === 'inc-4711')!.id;
    sandbox = await boot({
      policy: `version: 1
groups:
  soc: [slack:${team}:${users.get('alice')!}]
  leads: [slack:${team}:${users.get('bob')!}]
rules:
  - { name: all, actions: [restrict], requesters: [soc], approvers: [leads] }
`,
      settings: { SLACK_BOT_TOKEN: botToken, SLACK_API_URL: `${emulator.url}/api/` },
      defender: { pace: { pendingMs: 100, inProgressMs: 100 } },
    });
  });

  after(async () => {
    await sandbox.close();
    await emulator.close();
  });

  const post = (fields: Record<string, string>): Promise<{ status: number }> =>
    postSigned(
      {
        url: `${sandbox.cordon().url}/slack/events`,
        signingSecret: sandbox.settings.SLACK_SIGNING_SECRET!,
        now: Date.now,
        fetch: crossFetch,
      },
      new URLSearchParams(fields).toString(),
    );

  const ask = (text: string) =>
    post({
      command: '/restrict',
      text,
      user_id: users.get('alice')!,
      user_name: 'alice',
      team_id: team,
      channel_id: channel,
      channel_name: 'inc-4711',
      trigger_id: `1.2.${Math.random()}`,
      response_url: `${emulator.url}/response`,
      api_app_id: 'A1',
    });

  const press = (message: Message, button: Record<string, unknown>, trigger_id: string) =>
    post({
      payload: JSON.stringify({
        type: 'block_actions',
        team: { id: team },
        user: { id: users.get('bob'), username: 'bob', name: 'bob', team_id: team },
        api_app_id: 'A1',
        container: { type: 'message', message_ts: message.ts, channel_id: channel, is_ephemeral: false },
        channel: { id: channel, name: 'inc-4711' },
        message,
        trigger_id,
        response_url: `${emulator.url}/response`,
        actions: [{ ...button, block_id: 'b', action_ts: '1.0' }],
      }),
    });

  /** Polls the emulator, whose only window is its API. */
  const seen = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    let found: T | undefined;
    let looking = false;
    return eventually(what, () => {
      if (!looking && found === undefined) {
        looking = true;
        void look().then((value) => {
          found = value;
          looking = false;
        });
      }
      return found;
    });
  };

  const history = async (): Promise<Message[]> =>
    ((await api('conversations.history', { channel })) as { messages: Message[] }).messages;
  const replies = async (ts: string): Promise<Message[]> =>
    ((await api('conversations.replies', { channel, ts })) as { messages: Message[] }).messages;
  const buttons = (message: Message) => message.blocks?.find(({ type }) => type === 'actions')?.elements ?? [];
  const newest = (): Promise<Message> =>
    seen('a card', async () => (await history()).find((message) => buttons(message).length > 0));

  it('posts, updates, answers in the thread and by direct message', async () => {
    await ask(`${device.computerDnsName} beacon`);
    const card = await newest();
    await press(card, buttons(card)[0]!, 'unused');
    await seen('the result in the thread', async () =>
      (await replies(card.ts)).find(({ text }) => text.includes('app execution is restricted')),
    );
    await seen('the settled card', async () =>
      (await history()).find(
        ({ ts, text, blocks }) =>
          ts === card.ts && text.includes('Done') && blocks?.every(({ type }) => type !== 'actions'),
      ),
    );
    const { channel: direct } = (await api('conversations.open', { users: users.get('alice')! }, botToken)) as {
      channel: { id: string };
    };
    await seen('the direct message', async () => {
      const { messages } = (await api('conversations.history', { channel: direct.id }, botToken)) as {
        messages: Message[];
      };
      return messages.find(({ text }) => text.includes('app execution is restricted'));
    });
  });

  it('opens the modal for the reason of a denial', async () => {
    await ask('laptop-sales-12 odd');
    const card = await newest();
    const { trigger_id } = (await api('views.generateTriggerId', {})) as { trigger_id: string };
    const views = async (): Promise<string> => (await fetch(`${emulator.url}/?tab=views`)).text();
    assert.doesNotMatch(await views(), /Deny request/);
    const { status } = await press(card, buttons(card)[1]!, trigger_id);
    assert.equal(status, 200);
    await seen('the modal', async () => ((await views()).includes('Deny request') ? true : undefined));
    assert.ok(!sandbox.cordon().log.some((line) => line.includes('could not be opened')));
  });
});
