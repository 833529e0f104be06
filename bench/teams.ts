import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { boot, type Sandbox } from '../sandbox/boot.js';
import { connectorResource, type TeamsConversation, type TeamsUser } from '../sandbox/teams.js';
import { messageActivity } from '../sandbox/teams/activities.js';
import { asTyped } from '../sandbox/teams/typed.js';
import type { Benchmark, Row } from './benchmark.js';
import { inTurn } from './measure.js';
import { cpuMs, startHelper } from './process.js';
import { compared } from './rows.js';
import { quantile } from './stats.js';

interface Scene {
  readonly sandbox: Sandbox;
  readonly bots: Readonly<Record<'cordon' | 'peer', Bot>>;
  readonly token: string;
}

interface Bot {
  readonly url: string;
  readonly pid: number;
}

/** Times in ms. `cpu`: of the bot's process, for one message. */
interface Talk {
  readonly rate: number;
  readonly taken50: number;
  readonly taken99: number;
  readonly reply50: number;
  readonly reply99: number;
  readonly cpu: number;
}

const peer = 'echo bot on botbuilder';

/** Message activities with the channel's token, from the first byte to the 200 and to the bot's answer at the connector. */
export const teams: Benchmark = {
  name: 'teams',
  title: 'Teams message to reply',
  async run({ quick, log }) {
    const rows: Row[] = [];
    await withScene(async (scene) => {
      for (const people of quick ? [4] : [1, 16, 64]) {
        log(`${people} people at once`);
        rows.push(...(await talking(scene, quick ? 1 : 5, people, quick ? 20 : people === 1 ? 150 : 600)));
      }
    });
    return rows;
  },
};

async function withScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const sandbox = await boot({
    teams: { rateLimits: false },
    settings: { SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '', SLACK_API_URL: '' },
  });
  const stand = sandbox.teams();
  const { ToBotFromChannelTokenIssuer = '', ToBotFromChannelOpenIdMetadataUrl = '', ...others } = stand.settings;
  const echo = startHelper<object, { port: number }>('peers/echo.js', {
    ...others,
    ToBotFromChannelTokenIssuer,
    ToBotFromChannelOpenIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: ToBotFromChannelOpenIdMetadataUrl,
    ValidateAuthority: 'true',
    BOT_TOKEN: sandbox.entra.issue(connectorResource),
  });
  try {
    const { port } = await echo.ask({});
    const cordon = sandbox.cordon();
    await work({
      sandbox,
      bots: {
        cordon: { url: `${cordon.url}/api/messages`, pid: cordon.pid },
        peer: { url: `http://127.0.0.1:${port}/api/messages`, pid: echo.pid },
      },
      token: await stand.token(),
    });
  } finally {
    await echo.stop();
    await sandbox.close();
  }
}

/** So many people, each of whom writes again once they have their answer. Both bots look the token up in the same way. */
async function talking(scene: Scene, rounds: number, people: number, amount: number): Promise<Row[]> {
  const measured = await inTurn(rounds, {
    cordon: () => talk(scene, scene.bots.cordon, people, amount),
    peer: () => talk(scene, scene.bots.peer, people, amount),
  });
  const what = `teams: ${people === 1 ? 'one person' : `${people} people`}`;
  const goal = { text: '≥ 0.9', met: (ratio: number) => ratio >= 0.9 };
  return [
    compared(measured, ({ rate }) => rate, { what: `${what}, replies`, unit: 'req/s', peer, goal }),
    compared(measured, ({ reply50 }) => reply50, { what: `${what}, message to reply, p50`, unit: 'ms', peer }),
    compared(measured, ({ reply99 }) => reply99, { what: `${what}, message to reply, p99`, unit: 'ms', peer }),
    compared(measured, ({ taken50 }) => taken50, { what: `${what}, message to 200, p50`, unit: 'ms', peer }),
    compared(measured, ({ taken99 }) => taken99, { what: `${what}, message to 200, p99`, unit: 'ms', peer }),
    compared(measured, ({ cpu }) => cpu, { what: `${what}, CPU for one message`, unit: 'ms', peer }),
  ];
}

async function talk({ sandbox, token }: Scene, bot: Bot, people: number, amount: number): Promise<Talk> {
  const { chats } = sandbox.teams();
  const agent = new Agent({ keepAlive: true, maxSockets: people });
  const waiting = new Map<string, () => void>();
  const silence = chats.onMessage(({ what, message }) => {
    if (what === 'new' && message.from === undefined) waiting.get(message.conversation)?.();
  });
  const [taken, replied]: [number[], number[]] = [[], []];
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` };
  let left = amount;
  const person = async (user: TeamsUser, conversation: TeamsConversation): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const body = activityOf(sandbox, user, conversation);
      const startedAt = performance.now();
      const reply = new Promise<void>((resolve) => {
        waiting.set(conversation.id, resolve);
      }).then(() => replied.push(performance.now() - startedAt));
      await post(bot.url, body, headers, agent);
      taken.push(performance.now() - startedAt);
      await reply;
    }
  };
  const [cpuBefore, startedAt] = [cpuMs(bot.pid), performance.now()];
  await Promise.all(
    Array.from({ length: people }, (_, n) => {
      const user = personNumber(sandbox, n);
      return person(user, chats.personalOf(user));
    }),
  );
  const [cpuAfter, ms] = [cpuMs(bot.pid), performance.now() - startedAt];
  silence();
  agent.destroy();
  return {
    rate: (amount / ms) * 1_000,
    taken50: quantile(taken, 0.5),
    taken99: quantile(taken, 0.99),
    reply50: quantile(replied, 0.5),
    reply99: quantile(replied, 0.99),
    cpu: (cpuAfter - cpuBefore) / amount,
  };
}

/** Somebody of the sandbox's tenant whom nobody else plays. */
function personNumber(sandbox: Sandbox, n: number): TeamsUser {
  const aadObjectId = `be9c0000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const { chats, tenantId } = sandbox.teams();
  const known = chats.findUser(aadObjectId);
  if (known !== undefined) return known;
  const name = `Person ${n}`;
  const user = {
    id: `29:bench-${n}`,
    aadObjectId,
    tenantId,
    name,
    email: `p${n}@contoso.example`,
    userRole: 'user',
  } as const;
  chats.putUser(user);
  return user;
}

function activityOf(sandbox: Sandbox, user: TeamsUser, conversation: TeamsConversation): string {
  const scene = { teams: sandbox.teams(), user, conversation, at: Date.now() };
  return JSON.stringify(messageActivity(scene, randomUUID(), asTyped('list', false), 'plain'));
}

/** Throws for every answer but 200. */
function post(url: string, body: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`an activity was answered with ${String(response.statusCode)}`));
      });
    });
    sent.once('error', (error) => {
      // The bot may close a connection that was idle at the moment it is used again.
      if (sent.reusedSocket) resolve(post(url, body, headers, agent));
      else reject(error);
    });
    sent.end(body);
  });
}
