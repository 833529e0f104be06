import assert from 'node:assert/strict';
import { DefenderError } from '../../src/defender/errors.js';
import { Harness } from '../harness.js';
import { machine } from '../support.js';

describe('looking at Defender before the call', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open();
  });
  afterEach(() => cordon.store.close());

  const portal = { requestor: 'eve@contoso.com' };
  const approved = async (action: 'restrict' | 'release'): Promise<void> => {
    await cordon.say('UREQ', `${action} mymachine1 x`);
    await cordon.press('UAPP1', 'Approve');
  };

  it('follows the same action made in the portal instead of a second call, and shows whose it is', async () => {
    cordon.defender.make('restrict', machine().id, 'by hand', portal);
    await approved('restrict');
    assert.deepEqual(cordon.defender.submitted, []);
    assert.match(cordon.thread().at(-1)!, /already has an unfinished action.*eve@contoso\.com[\s\S]*by hand/);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    const { state, adopted } = await cordon.request();
    assert.deepEqual([state, adopted], ['succeeded', true]);
  });

  it('waits for the opposite action made in the portal, says so once, and then sends', async () => {
    cordon.defender.make('release', machine().id, 'by hand', portal);
    await approved('restrict');
    await cordon.advance(60_000);
    assert.deepEqual(cordon.defender.submitted, []);
    const told = cordon.thread().filter((text) => /UnrestrictCodeExecution/.test(text));
    assert.equal(told.length, 1);
    assert.match(told[0]!, /eve@contoso\.com[\s\S]*sent when it has ended/);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(20_000);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('lets the requester withdraw what waits', async () => {
    cordon.defender.make('release', machine().id, 'by hand', portal);
    await approved('restrict');
    await cordon.say('UREQ', `withdraw ${(await cordon.request()).id}`);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(20_000);
    assert.equal((await cordon.request()).state, 'withdrawn');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('is not held up by actions of other devices, nor by a list that is a moment behind', async () => {
    cordon.defender.make('release', 'f'.repeat(40), 'elsewhere', portal);
    await approved('restrict');
    assert.equal(cordon.defender.submitted.length, 1);
    const [ours] = cordon.defender.actions;
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    // Defender's list shows it as it was.
    const listed = [{ ...ours!, status: 'Pending' }];
    cordon.defender.listUnfinished = () => Promise.resolve(listed);
    await cordon.advance(5_000);
    await cordon.say('UREQ', 'release mymachine1 x');
    const { id } = (await cordon.store.requestsIn(['awaiting approval'], 1))[0]!;
    await cordon.say('UAPP1', `approve ${id}`);
    assert.equal(cordon.defender.submitted.at(-1)?.kind, 'release');
  });

  it('sends where Defender cannot say: it refuses a second action of the kind itself', async () => {
    cordon.defender.listUnfinished = () =>
      Promise.reject(new DefenderError('Forbidden', 'no', { taken: 'no', userText: 'no', status: 403 }));
    await approved('restrict');
    assert.equal(cordon.defender.submitted.length, 1);
  });
});
