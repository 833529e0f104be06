import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { objectIds, policy as castPolicy } from '../../sandbox/cast.js';
import { sandboxTenantId } from '../../sandbox/entra.js';
import { eventually } from './eventually.js';
import { recorded } from './record.js';
import { Scene } from './scene.js';

const group = '0f0f0f0f-1111-4222-8333-444455556666';
const dynamic = `version: 1
groups:
  soc: [slack:T0HOME:U0ALICE]
  leads: [slack-group:T0HOME:S0LEADS, entra-group:${sandboxTenantId}:${group}]
people:
  same:
    - [slack:T0HOME:U0ALICE, entra:${sandboxTenantId}:${objectIds.alice}]
    - [slack:T0HOME:U0CAROL, entra:${sandboxTenantId}:${objectIds.carol}]
rules:
  - name: leads approve
    actions: [restrict, release]
    requesters: [soc]
    approvers: [leads]
`;

/** Groups that Slack and Entra keep, asked over real HTTP by a real process. */
describe('groups that are kept elsewhere', function () {
  this.timeout(60_000);
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open({ policy: dynamic });
    scene.sandbox.slack.putGroup({ id: 'S0LEADS', users: ['U0BOB'], disabled: false });
    scene.sandbox.graph.putGroup(group, [{ id: objectIds.carol, type: 'user' }]);
  });
  afterEach(() => scene.close());

  /** SIGHUP ends the cache, so that no test has to wait for a minute. */
  const askAnew = async (): Promise<void> => {
    const { log } = scene.sandbox.cordon();
    const heard = log.filter((line) => line.includes('members of groups anew')).length;
    scene.sandbox.cordon().signal('SIGHUP');
    await eventually('the signal', () => log.filter((line) => line.includes('members of groups anew')).length > heard);
  };
  const told = (user: string, words: RegExp): Promise<true> =>
    eventually(
      `${String(words)} for ${user}`,
      () => scene.sandbox.slack.ephemerals(user).some(({ message }) => words.test(message.text)) && true,
    );

  it('let a member of the Slack user group approve', async () => {
    await scene.ask();
    const card = await scene.card();
    await scene.press(card, 'U0BOB');
    await scene.inThread(card, /app execution is restricted/);
  });

  it('let a member of the Entra group approve from Slack, where the accounts are one person', async () => {
    await scene.ask();
    const card = await scene.card();
    await scene.press(card, 'U0CAROL');
    await scene.inThread(card, /app execution is restricted/);
    assert.match(scene.sandbox.graph.calls[0] ?? '', /transitiveMembers/);
  });

  it('let nobody approve who was taken out, and whoever was put in', async () => {
    await scene.ask();
    const card = await scene.card();
    scene.sandbox.slack.putGroup({ id: 'S0LEADS', users: ['U0DAVE'], disabled: false });
    await askAnew();
    await scene.press(card, 'U0BOB');
    await told('U0BOB', /bob is not in leads/);
    assert.equal(scene.posts().length, 0);
    await scene.press(card, 'U0DAVE');
    await scene.inThread(card, /app execution is restricted/);
  });

  it('deny while Graph is down, with the reason, and the request lives on until it is back', async () => {
    await scene.ask();
    const card = await scene.card();
    scene.sandbox.graph.fault({ kind: '503', times: Infinity });
    await askAnew();
    await scene.press(card, 'U0CAROL');
    await told('U0CAROL', /carol is not in leads.*Entra group 0f0f0f0f.*answers 503/);
    assert.equal(scene.posts().length, 0);
    scene.sandbox.graph.clearFaults();
    await askAnew();
    await scene.press(card, 'U0CAROL');
    await scene.inThread(card, /app execution is restricted/);
  });

  it('do not end a request when nobody at all can be asked about', async () => {
    await scene.ask();
    const card = await scene.card();
    scene.sandbox.graph.fault({ kind: '500', times: Infinity });
    scene.sandbox.slack.fault({ operation: 'usergroups.users.list', kind: '500', times: Infinity });
    await askAnew();
    await scene.press(card, 'U0BOB');
    await told('U0BOB', /was not counted\. [^.]*\. Cordon cannot tell who is in the Slack user group S0LEADS/);
    scene.sandbox.slack.clearFaults();
    await askAnew();
    await scene.press(card, 'U0BOB');
    await scene.inThread(card, /app execution is restricted/);
  });

  it('say which permission is missing', async () => {
    scene.sandbox.graph.setPermissions([]);
    scene.sandbox.slack.putGroup({ id: 'S0LEADS', users: ['U0BOB'], disabled: true });
    await scene.ask();
    await scene.press(await scene.card(), 'U0BOB');
    await told('U0BOB', /GroupMember\.Read\.All/);
    await told('U0BOB', /S0LEADS, or it is disabled/);
  });
});

describe('the policy file of a running Cordon', function () {
  this.timeout(60_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.open();
  });
  after(() => scene.close());

  const ready = async (): Promise<{ status: number; reasons: string[] }> => {
    const response = await fetch(`${scene.sandbox.cordon().url}/readyz`);
    const { reasons } = (await response.json()) as { reasons: string[] };
    return { status: response.status, reasons };
  };
  const path = (): string => scene.sandbox.settings['CORDON_POLICY']!;
  const event = (what: string, count: number) =>
    eventually(`${count} ${what}`, () => {
      const found = recorded(scene.sandbox, what);
      return found.length >= count && found;
    });

  it('is recorded at start', async () => {
    const [loaded] = await event('policy.loaded', 1);
    assert.match(String(loaded?.detail['to']), /^[0-9a-f]{16}$/);
  });

  it('keeps the old rules when it is broken, and says so', async () => {
    await writeFile(path(), 'version: 1\nrules: []\n');
    await event('policy.rejected', 1);
    const { status, reasons } = await ready();
    assert.equal(status, 503);
    assert.match(
      reasons.join(),
      /policy file was changed and is not taken.*policy\.yaml:2:1 rules: write at least one/,
    );
    assert.match(scene.sandbox.cordon().log.join('\n'), /"level":50.*the policy file was not taken/);
    await scene.ask();
    await scene.press(await scene.card(), 'U0BOB');
    await eventually('the call', () => scene.posts().length === 1);
  });

  it('is in force by itself once it is put right, also when it is another file under the same name', async () => {
    // As a ConfigMap does it: the name stands for another file from one moment to the next.
    await writeFile(`${path()}.new`, castPolicy.replace('soc: [slack:T0HOME:U0ALICE, ', 'soc: ['));
    await rename(`${path()}.new`, path());
    const [changed] = await event('policy.changed', 1);
    assert.equal(changed?.detail['by'], 'file');
    assert.deepEqual(await ready(), { status: 200, reasons: [] });
    await scene.ask('laptop-sales-12 beacon');
    await eventually('the refusal', () =>
      scene.sandbox.slack.ephemerals('U0ALICE').some(({ message }) => /is not in soc/.test(message.text)),
    );
  });

  it('is read at once on SIGHUP', async () => {
    const before = (await readFile(path(), 'utf8')).length;
    await writeFile(path(), castPolicy);
    assert.notEqual(before, castPolicy.length);
    scene.sandbox.cordon().signal('SIGHUP');
    const [, second] = await event('policy.changed', 2);
    assert.ok(second);
    assert.deepEqual((await ready()).reasons, []);
  });
});
