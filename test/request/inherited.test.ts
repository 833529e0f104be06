import assert from 'node:assert/strict';
import { DefenderError } from '../../src/defender/errors.js';
import { requestMark } from '../../src/defender/comment.js';
import { Harness } from '../harness.js';
import { machine } from '../support.js';

const down = new DefenderError('InternalServerError', 'x', {
  status: 500,
  taken: 'no',
  userText: 'Defender has a fault.',
});

describe('a request that is older than the process', () => {
  let cordon: Harness;
  let id: string;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    ({ id } = await cordon.request());
    cordon.clock += 60_000;
    await cordon.restart();
  });
  afterEach(() => cordon.store.close());

  const state = async (): Promise<string> => (await cordon.request()).state;
  /** As the copy of the database does not have it, but Defender does. */
  const sentAlready = (comment: string): void => {
    cordon.defender.make('restrict', machine().id, comment);
    cordon.defender.setStatus('Succeeded');
  };

  it('is not sent where Defender has its action, but follows that to its end', async () => {
    sentAlready(`${requestMark(id)} beacon`);
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(5_000);
    assert.deepEqual(cordon.defender.submitted, []);
    assert.equal(await state(), 'succeeded');
    assert.equal((await cordon.request()).adopted, undefined);
    assert.match(cordon.thread().join('\n'), /The call had arrived/);
  });

  it('ends where Defender has an action without a comment, which may be its own', async () => {
    sentAlready('');
    await cordon.press('UAPP1', 'Approve');
    assert.deepEqual(cordon.defender.submitted, []);
    assert.equal(await state(), 'refused');
    assert.match(cordon.thread().at(-1)!, /no comment[\s\S]*ask again if it is still needed/);
  });

  it('is sent, once, where Defender has nothing of it', async () => {
    sentAlready('[Cordon 0000-0000] beacon');
    await cordon.press('UAPP1', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
    assert.equal(await state(), 'submitted');
  });

  it('waits while Defender cannot be asked, says so once, and goes on', async () => {
    cordon.defender.listFails = down;
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(20_000);
    await cordon.advance(20_000);
    assert.deepEqual(cordon.defender.submitted, []);
    assert.equal(cordon.thread().filter((text) => /sent before.*Defender has a fault/.test(text)).length, 1);
    cordon.defender.listFails = undefined;
    await cordon.advance(20_000);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('is looked for once, not at every turn', async () => {
    let asked = 0;
    const list = cordon.defender.listMachineActions.bind(cordon.defender);
    cordon.defender.listMachineActions = (...about) => {
      asked += 1;
      return list(...about);
    };
    cordon.defender.make('release', machine().id, 'by hand', { requestor: 'eve@contoso.com' });
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(60_000);
    assert.deepEqual(cordon.defender.submitted, []);
    assert.equal(asked, 1);
  });

  it('costs nothing where it was made since', async () => {
    cordon.defender.listMachineActions = () => Promise.reject(new Error('not to be asked'));
    await cordon.say('UREQ', `withdraw ${id}`);
    await cordon.say('UREQ', 'restrict mymachine1 anew');
    await cordon.say('UAPP1', `approve ${(await cordon.store.requestsIn(['awaiting approval'], 1))[0]!.id}`);
    assert.equal(cordon.defender.submitted.length, 1);
  });
});
