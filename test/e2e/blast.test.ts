import assert from 'node:assert/strict';
import { policy } from '../../sandbox/cast.js';
import { eventually } from './eventually.js';
import { Scene } from './scene.js';

describe('end to end, how far it may go', function () {
  this.timeout(60_000);
  let scene: Scene;
  afterEach(() => scene.close());

  it('stops, holds what is approved, lets a release through, and goes on after a resume, on two replicas', async () => {
    scene = await Scene.open({
      replicas: 2,
      policy: policy.replace(/^rules:/m, 'owners: [soc]\nstop: [soc-leads]\nrules:'),
    });
    const { sandbox } = scene;
    const dm = (user: string, words: RegExp) =>
      eventually(`${String(words)} to ${user}`, () =>
        sandbox.slack.dm(user).some(({ message }) => words.test(message.text)),
      );
    await scene.ask();
    const root = await scene.card();
    await sandbox.door().directMessage({ user: 'U0ALICE', text: 'stop me' });
    await dm('U0ALICE', /Cordon was not stopped/);
    await sandbox.door().directMessage({ user: 'U0BOB', text: 'stop a loop in the playbook' });
    await dm('U0BOB', /Cordon is stopped/);
    await dm('U0ALICE', /Cordon was stopped by .*a loop in the playbook/);

    await scene.press(root);
    await scene.inThread(root, /Held.*stopped by/);
    await scene.ask('laptop-sales-12 another one');
    await eventually('the refusal', () =>
      sandbox.slack.ephemerals('U0ALICE').some(({ message }) => /Nothing was done: Cordon is/.test(message.text)),
    );
    assert.equal(scene.posts().length, 0);

    await sandbox.door().directMessage({ user: 'U0BOB', text: 'resume it was a drill' });
    await dm('U0BOB', /1 held request goes on/);
    await scene.inThread(root, /app execution is restricted/, 30_000);
    assert.equal(scene.posts().length, 1);
  });

  it('rehearses everything but the call', async () => {
    scene = await Scene.open({ settings: { CORDON_DRY_RUN: 'true' } });
    await scene.ask();
    const root = await scene.card();
    assert.match(root.message.text, /Dry run/);
    await scene.press(root);
    await scene.inThread(root, /would have been sent now/);
    await eventually('the direct message', () =>
      scene.sandbox.slack
        .dm('U0ALICE')
        .some(({ message }) => /Dry run[\s\S]*would have been sent now/.test(message.text)),
    );
    assert.equal(scene.posts().length, 0);
    assert.deepEqual(scene.sandbox.defender.restrictedMachines(), []);
  });
});
