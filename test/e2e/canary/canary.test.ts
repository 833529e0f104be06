import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { objectIds, sandboxPolicy, teamsIds } from '../../../sandbox/cast.js';
import { sandboxTenantId } from '../../../sandbox/entra.js';
import { messageActivity } from '../../../sandbox/teams/activities.js';
import { asTyped } from '../../../sandbox/teams/typed.js';
import { eventually } from '../eventually.js';
import { device, Scene } from '../scene.js';
import type { Left } from './left.js';

/** In the form of the tokens that it stands for. */
const fromOutside = 'eyJjYW5hcnkiOiJmcm9tLW91dHNpZGUifQCANARYxxxxxxxxxxxxxxxxxxxxxxxx';
const inRequest = 'eyJjYW5hcnkiOiJvZi10aGUtY2FsbGVyIn0CANARYyyyyyyyyyyyyyyyyyyyyyyyy';
const botToken = 'xoxb-CANARY-bot-token';
const signingSecret = '5a0db0c55a0db0c55a0db0c55a0db0c5';
const group = '0f0f0f0f-1111-4222-8333-444455556666';
const policy = sandboxPolicy.replace(
  '  soc-leads:\n',
  `  soc-leads:\n    - slack-group:T0HOME:S0LEADS\n    - entra-group:${sandboxTenantId}:${group}\n`,
);

/** Every secret that Cordon was given, and what outside services slip it, looked for in everything that leaves the process. */
describe('secrets', function () {
  this.timeout(120_000);
  let scene: Scene;
  let folder: string;
  let left: Left[];
  let output: string;
  let shownByReady: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-canary-'));
    const scopes =
      'app_mentions:read chat:write commands im:history im:write usergroups:read users:read users:read.email';
    scene = await Scene.open({
      policy,
      teams: {},
      slack: { tokens: { [botToken]: scopes.split(' ') } },
      settings: {
        CORDON_LOG_LEVEL: 'trace',
        NODE_OPTIONS: `--import=${new URL('preload.js', import.meta.url).href}`,
        CANARY_FILE: join(folder, 'left.jsonl'),
        CANARY_VALUE: fromOutside,
      },
    });
    await play();
    output = scene.sandbox.cordon().log.join('\n');
    left = (await readFile(join(folder, 'left.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Left);
  });
  after(async () => {
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Both platforms, every service failing once, and a door that turns away. */
  async function play(): Promise<void> {
    const { sandbox } = scene;
    const { slack, defender, graph, entra } = sandbox;
    const teams = sandbox.teams();
    slack.putGroup({ id: 'S0LEADS', users: ['U0BOB'], disabled: false });
    graph.putGroup(group, [{ id: objectIds.carol, type: 'user' }]);
    entra.fault({ kind: 'error' });
    await scene.ask();
    await eventually('the failed token', () => everyText().includes('AADSTS7000215'));
    await scene.ask();
    const card = await scene.card();
    slack.fault({ operation: 'users.info', kind: 'error', error: 'invalid_auth' });
    await scene.press(card, 'U0CAROL');
    slack.fault({ operation: 'chat.postMessage', kind: '500' });
    teams.fault({ operation: 'sendToConversation', kind: '503' });
    defender.fault({ operation: 'restrictCodeExecution', kind: '403' });
    await scene.press(card, 'U0BOB');
    await eventually('the end of the first', () => /fail|not allowed/i.test(scene.thread(card)));
    for (const kind of ['500', '503', '429', '401'] as const) defender.fault({ kind });
    graph.fault({ kind: '403' });
    sandbox.cordon().signal('SIGHUP');
    await sandbox.teamsDoor().say({
      user: objectIds.alice,
      conversation: teamsIds.incident,
      text: `restrict ${device.computerDnsName} again`,
    });
    await eventually('an answer in Teams', () =>
      teams.calls.some(({ operation }) => operation === 'sendToConversation'),
    );
    await doors();
    const response = await fetch(`${sandbox.cordon().url}/readyz`);
    shownByReady = (await response.text()) + JSON.stringify([...response.headers]);
    await sandbox.cordon().stop();
  }

  /** Wrong signatures and tokens, each with a canary. */
  async function doors(): Promise<void> {
    const { sandbox } = scene;
    const teams = sandbox.teams();
    const json = { 'content-type': 'application/json' };
    await sandbox.door().raw(`{"token":"${inRequest}"`, json);
    await sandbox
      .door()
      .raw(`{"token":"${inRequest}"}`, { ...json, 'x-slack-signature': inRequest, cookie: inRequest });
    const conversation = teams.chats.findConversation(teamsIds.incident)!;
    const said = { teams, user: teams.chats.user(objectIds.alice), conversation, root: '1', at: Date.now() };
    const activity = { ...messageActivity(said, '1', asTyped('help', true), 'mention'), secret: inRequest };
    const headers = { ...json, authorization: `Bearer ${inRequest}` };
    await fetch(`${sandbox.cordon().url}/api/messages`, { method: 'POST', headers, body: inRequest });
    const good = await teams.token();
    const expired = await teams.token({ nbf: 1, iat: 1, exp: 2 });
    for (const token of [inRequest, `${good}x`, expired, good.replace(/\.[^.]+$/, '.AAAA')]) {
      assert.equal((await sandbox.teamsDoor().activity(activity, token)).status, 401);
    }
    rejected.push(inRequest, expired, good);
  }
  const rejected: string[] = [];

  function everyText(): string {
    const { slack } = scene.sandbox;
    const shown = [
      ...slack.workspace.channels().flatMap(({ id }) => slack.messages(id)),
      ...slack.workspace.users().flatMap(({ id }) => slack.ephemerals(id)),
    ];
    return JSON.stringify([shown, scene.sandbox.teams().calls]);
  }

  const bearers = (port: string): string[] =>
    left
      .filter(({ to }) => to.endsWith(`:${port}`))
      .flatMap(({ headers }) => /Bearer ([^"]+)/i.exec(headers)?.[1] ?? []);
  const portOf = (url: string): string => new URL(url).port;

  /** Each secret with the port of the one service that it is for; undefined where it belongs nowhere. */
  function secrets(): { secret: string; what: string; belongs?: string }[] {
    const { entra, defender, graph, settings, slack } = scene.sandbox;
    const teamsPort = portOf(scene.sandbox.teams().serviceUrl);
    const of = (what: string, url: string): { secret: string; what: string; belongs: string }[] =>
      [...new Set(bearers(portOf(url)))].map((secret) => ({ secret, what, belongs: portOf(url) }));
    return [
      { what: 'SLACK_BOT_TOKEN', secret: botToken, belongs: portOf(slack.apiUrl) },
      { what: 'SLACK_SIGNING_SECRET', secret: signingSecret },
      { what: 'AZURE_CLIENT_SECRET', secret: entra.clientSecret, belongs: portOf(entra.url) },
      { what: 'MicrosoftAppPassword', secret: settings['MicrosoftAppPassword']!, belongs: portOf(entra.url) },
      ...of('a token for Defender', defender.url),
      ...of('a token for Graph', graph.url),
      ...of('a token for the connector', `http://127.0.0.1:${teamsPort}`),
      { what: 'what a service slipped into its answer', secret: fromOutside },
      ...rejected.map((secret) => ({ what: 'a token that the door refused', secret })),
    ];
  }

  it('were all used, or nothing is proved', () => {
    for (const { what, secret, belongs } of secrets()) {
      if (belongs === undefined) continue;
      assert.ok(
        left.some(({ to, headers, body }) => to.endsWith(`:${belongs}`) && `${headers}${body}`.includes(secret)),
        what,
      );
    }
    const kinds = new Set(secrets().map(({ what }) => what));
    assert.equal(kinds.size, 9);
    assert.match(output, /"level":(?:40|50)/);
  });

  it('go to the service that they are for, and to no other', () => {
    for (const { what, secret, belongs } of secrets()) {
      for (const { to, path, headers, body } of left) {
        if (belongs !== undefined && to.endsWith(`:${belongs}`)) continue;
        assert.ok(!`${path}${headers}${body}`.includes(secret), `${what} went to ${to}${path}`);
      }
    }
  });

  it('stand in no address, whoever it is of', () => {
    for (const { what, secret } of secrets()) for (const { path } of left) assert.ok(!path.includes(secret), what);
  });

  it('are not in standard output or standard error, at the level trace', () => {
    for (const { what, secret } of secrets()) {
      const line = output.split('\n').find((each) => each.includes(secret));
      assert.equal(line, undefined, what);
    }
  });

  it('are in no message of either chat', () => {
    for (const { what, secret } of secrets()) assert.ok(!everyText().includes(secret), what);
  });

  it('are not in the database, its log included', async () => {
    const data = dirname(scene.sandbox.settings['DATABASE_URL']!.replace('sqlite:', ''));
    for (const file of await readdir(data)) {
      if (!file.startsWith('cordon.db')) continue;
      const bytes = await readFile(join(data, file), 'latin1');
      for (const { what, secret } of secrets()) {
        const at = bytes.indexOf(secret);
        assert.equal(at, -1, `${what} in ${file}: ${bytes.slice(Math.max(0, at - 80), at)}`);
      }
    }
  });

  it('are not in what /readyz says', () => {
    for (const { what, secret } of secrets()) assert.ok(!shownByReady.includes(secret), what);
  });
});
