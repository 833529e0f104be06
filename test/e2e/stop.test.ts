import assert from 'node:assert/strict';
import { eventually } from './eventually.js';
import { Scene } from './scene.js';

describe('stopping Cordon', function () {
  this.timeout(60_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.open({ settings: { CORDON_LEASE_SECONDS: '3', CORDON_SETTLE_SECONDS: '5' } });
  });
  after(() => scene.close());

  it('ends at once with 0 where nothing is under way, and starts again', async () => {
    const startedAt = Date.now();
    assert.equal(await scene.sandbox.cordon().stop('SIGTERM'), 0);
    assert.ok(Date.now() - startedAt < 5_000);
    await scene.sandbox.restart();
  });

  it('ends with 0 in ten seconds with a call that Defender does not answer, and brings it to its end afterwards, once', async () => {
    const { defender } = scene.sandbox;
    defender.fault({ operation: 'restrictCodeExecution', kind: 'timeout' });
    await scene.ask();
    const card = await scene.card();
    await scene.press(card);
    await eventually('the call has left', () =>
      defender.calls.some(({ operation }) => operation === 'restrictCodeExecution'),
    );
    const startedAt = Date.now();
    assert.equal(await scene.sandbox.cordon().stop('SIGTERM'), 0);
    assert.ok(Date.now() - startedAt < 11_000, `${Date.now() - startedAt} ms`);
    await scene.sandbox.restart();
    await eventually('the device is restricted', () => defender.restrictedMachines().length === 1, 40_000);
    assert.equal(defender.actions().length, 1);
  });
});
