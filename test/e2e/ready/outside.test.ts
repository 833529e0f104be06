import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { objectIds, sandboxPolicy, teamsIds } from '../../../sandbox/cast.js';
import { standInMachine } from '../../../sandbox/defender.js';
import { sandboxTenantId } from '../../../sandbox/entra.js';
import { eventually } from '../eventually.js';
import { Scene } from '../scene.js';
import { becomes, degraded, type Readiness, readiness, well } from './readiness.js';

const group = '0f0f0f0f-1111-4222-8333-444455556666';
const policy = sandboxPolicy.replace('  soc-leads:\n', `  soc-leads:\n    - entra-group:${sandboxTenantId}:${group}\n`);
const machines = Array.from({ length: 30 }, (_, index) =>
  standInMachine({ id: index.toString(16).padStart(40, '0'), computerDnsName: `pc-${index + 10}.contoso.com` }),
);
const bothRoles = ['Machine.Read.All', 'Machine.RestrictExecution'];

/** One thing outside is broken at a time, and put right again; nobody is ever taken out of a load balancer for it. */
describe('/readyz, where something outside is in trouble', function () {
  this.timeout(60_000);
  let scene: Scene;
  let asked = 0;
  const tokens: Record<string, readonly string[]> = {
    'xoxb-sandbox': ['channels:read', 'chat:write', 'commands', 'im:history', 'im:write', 'users:read'],
  };

  before(async () => {
    scene = await Scene.open({ policy, teams: {}, slack: { tokens }, defender: { machines } });
    scene.sandbox.graph.putGroup(group, [{ id: objectIds.carol, type: 'user', accountEnabled: true }]);
  });
  after(() => scene.close());

  const becomesSo = (expected: (seen: Readiness) => boolean): Promise<Readiness> =>
    becomes(() => scene.sandbox.cordon().url, expected);
  /** Of a device that nobody asked for yet: its name. */
  async function ask(): Promise<string> {
    const name = String(machines[asked++]!.computerDnsName);
    await scene.ask(`${name} beacon`);
    return name;
  }
  async function askAndApprove(): Promise<void> {
    const name = await ask();
    const card = await eventually('the card', () =>
      scene.sandbox.slack
        .messages('C0INC4711')
        .find(({ message }) => JSON.stringify(message).includes(name) && JSON.stringify(message).includes('"Approve"')),
    );
    await scene.press(card);
  }
  /** The next decision asks for the groups anew. */
  async function forgetGroups(): Promise<void> {
    const { log } = scene.sandbox.cordon();
    const heard = (): number => log.filter((line) => line.includes('members of groups anew')).length;
    const before = heard();
    scene.sandbox.cordon().signal('SIGHUP');
    await eventually('the signal', () => heard() > before);
  }

  it('says nothing where there is none', async () => {
    await askAndApprove();
    await eventually('the call', () => scene.posts().length === 1);
    assert.ok(well(await readiness(scene.sandbox.cordon().url)));
  });

  it('names the operation that Defender refuses, until it is let through', async () => {
    const { entra } = scene.sandbox;
    entra.setRoles(['Machine.Read.All']);
    entra.expireAll(entra.clientId);
    await askAndApprove();
    await becomesSo(degraded(/^Defender answers 403 to restrictCodeExecution: cordon doctor says what is missing\.$/));
    entra.setRoles(bothRoles);
    entra.expireAll(entra.clientId);
    await askAndApprove();
    await becomesSo(well);
  });

  it('says that Defender takes no token, until it takes one', async () => {
    const { defender } = scene.sandbox;
    defender.fault({ operation: 'listMachines', kind: '401', times: Infinity });
    await ask();
    await becomesSo(degraded(/^Defender answers 401 to reading: cordon doctor/));
    defender.clearFaults();
    await ask();
    await becomesSo(well);
  });

  it('says that Defender does not answer, until it answers anything', async () => {
    const { defender } = scene.sandbox;
    defender.fault({ operation: 'listMachines', kind: 'reset', times: Infinity });
    await ask();
    await becomesSo(degraded(/^Defender does not answer \(ECONNRESET\): cordon doctor says what to look at\.$/));
    defender.clearFaults();
    defender.fault({ operation: 'listMachines', kind: '500' });
    await ask();
    await becomesSo(well);
  });

  for (const [what, kind, reason] of [
    ['refuses', 'error', /^For Defender: Entra gave Cordon no token \(AADSTS7000215\): .*AZURE_CLIENT_SECRET/],
    ['does not answer', 'reset', /^For Defender: Entra gave Cordon no token: /],
  ] as const) {
    it(`says that Entra ${what}, with its advice, until it gives a token`, async () => {
      const { defender, entra } = scene.sandbox;
      // The token that Cordon has is of no use any more, and there is no other.
      entra.fault({ kind, times: Infinity }, entra.clientId);
      entra.expireAll(entra.clientId);
      await ask();
      const { reasons } = await becomesSo(({ reasons }) => reasons.some((each) => reason.test(each)));
      assert.deepEqual(
        reasons.filter((each) => !reason.test(each)),
        ['Defender answers 401 to reading: cordon doctor says what is missing.'],
      );
      entra.clearFaults();
      defender.clearFaults();
      await ask();
      await becomesSo(well);
    });
  }

  it('says which group Microsoft Graph does not let it read, with the permission, until it does', async () => {
    const { graph } = scene.sandbox;
    graph.setPermissions([]);
    await forgetGroups();
    await ask();
    await becomesSo(
      degraded(new RegExp(`^Who is in the Entra group ${group} cannot be told: .*GroupMember\\.Read\\.All`)),
    );
    graph.setPermissions(['GroupMember.Read.All', 'User.Read.All']);
    await forgetGroups();
    await ask();
    await becomesSo(well);
    const page = await (await fetch(`${scene.sandbox.cordon().url}/metrics`)).text();
    assert.match(page, /^cordon_graph_http_requests_total\{status="403"\} [1-9]/m);
    assert.match(page, /^cordon_graph_http_requests_total\{status="200"\} [1-9]/m);
  });

  it('says that Slack takes the bot token no longer, until it does', async () => {
    const scopes = tokens['xoxb-sandbox']!;
    delete tokens['xoxb-sandbox'];
    await ask();
    await becomesSo(degraded(/^Slack refuses the token of Cordon: /));
    tokens['xoxb-sandbox'] = scopes;
    await ask();
    await becomesSo(well);
  });

  it('says that the bot gets no token for Teams, with the setting, until it gets one', async () => {
    const { entra } = scene.sandbox;
    const { appId } = scene.sandbox.teams();
    const say = (text: string) =>
      scene.sandbox.teamsDoor().say({ user: objectIds.alice, conversation: teamsIds.incident, text });
    entra.fault({ kind: 'error', times: Infinity }, appId);
    entra.expireAll(appId);
    await say('list');
    await becomesSo(
      degraded(
        /^Teams refuses the token of Cordon: Entra gave the bot no token \(AADSTS7000215\): .*MicrosoftAppPassword/,
      ),
    );
    const page = await (await fetch(`${scene.sandbox.cordon().url}/metrics`)).text();
    assert.match(page, /^cordon_token_requests_total\{audience="teams",result="failed"\} [1-9]/m);
    entra.clearFaults();
    await say('list');
    await becomesSo(well);
  });

  it('counts the messages that have waited for too long, until they are delivered', async () => {
    const { sandbox } = scene;
    sandbox.slack.fault({ operation: 'chat.postMessage', kind: '503', times: Infinity });
    await ask();
    const database = new Database(sandbox.settings['DATABASE_URL']!.slice('sqlite:'.length));
    try {
      const tried = database.prepare(`select count(*) from delivery where state = 'owed' and attempts > 0`).pluck();
      await eventually('a delivery that failed', () => Number(tried.get()) > 0);
      // As if it had been owed for long: nobody waits for ten minutes here.
      const at = Date.now() - 11 * 60_000;
      database.prepare(`update delivery set created_at = ? where state = 'owed' and attempts > 0`).run(at);
      const since = new Date(at).toISOString();
      await becomesSo(
        degraded(new RegExp(`^\\d+ messages? to Slack could not be delivered so far, the oldest since ${since}\\.$`)),
      );
      sandbox.slack.clearFaults();
      database.prepare(`update delivery set due_at = 0 where state = 'owed'`).run();
      await becomesSo(well);
    } finally {
      database.close();
    }
  });

  it('says that Cordon is stopped, and is ready all the same', async () => {
    const tell = (text: string) => scene.sandbox.door().directMessage({ user: 'U0BOB', text });
    await tell('stop for a test');
    const stopped = await becomesSo(({ reasons }) => reasons.length > 0);
    assert.deepEqual(stopped, {
      code: 200,
      status: 'ready',
      reasons: ['Cordon is stopped: no restriction is sent.'],
    });
    await tell('resume');
    await becomesSo(well);
  });
});
