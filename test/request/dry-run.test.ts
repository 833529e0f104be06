import assert from 'node:assert/strict';
import { Harness } from '../harness.js';

describe('a dry run', () => {
  let cordon: Harness;
  afterEach(() => cordon.store.close());
  const answers = (user: string): string => cordon.texts({ to: user }).join('\n');

  describe('from the request to its end', () => {
    beforeEach(async () => {
      cordon = await Harness.open(undefined, { dryRun: true });
      await cordon.say('UREQ', 'restrict mymachine1 beacon');
    });

    it('says so from the first moment, on the card, in the thread and to the requester', async () => {
      assert.match(JSON.stringify(cordon.cards()[0]!.card.status), /Dry run.*nothing is sent to Defender/);
      await cordon.press('UAPP1', 'Approve');
      assert.ok(cordon.thread().length > 1);
      for (const text of cordon.thread()) assert.match(text, /^Dry run: nothing is sent to Defender\.\n/);
      assert.doesNotMatch(cordon.thread().join('\n'), /Sending to Defender|Submitted/);
      assert.match(answers('UREQ'), /^Dry run: nothing is sent to Defender\.\n.*would have been sent now/);
    });

    it('does everything but the call, of which it takes none from the quota', async () => {
      await cordon.press('UAPP1', 'Approve');
      const request = await cordon.request();
      assert.equal(request.state, 'rehearsed');
      assert.deepEqual(cordon.defender.submitted, []);
      const { calls } = await cordon.store.callsSince('restrictCodeExecution', 0, cordon.clock);
      assert.deepEqual(calls, []);
      const record = await cordon.store.auditOf({ requestId: request.id }, 50);
      assert.deepEqual(
        record.flatMap(({ to }) => to ?? []),
        ['awaiting approval', 'approved', 'queued', 'rehearsed'],
      );
      assert.ok(record.every(({ detail }) => detail?.['dryRun'] === true));
    });

    it('follows no action that runs already, and names it', async () => {
      const action = cordon.defender.make('restrict', (await cordon.request()).device.id, 'by hand');
      await cordon.press('UAPP1', 'Approve');
      assert.equal((await cordon.request()).state, 'rehearsed');
      assert.match(answers('UREQ'), new RegExp(`the same action already, ${action.id}`));
    });

    it('is told of by list and help', async () => {
      for (const question of ['list', 'help']) {
        await cordon.say('UOTHER', question);
        assert.match(
          cordon.texts({ to: 'UOTHER' }).at(-1)!,
          /^Dry run: nothing is sent to Defender\. Everything else happens/,
        );
      }
    });
  });

  it('stays one for its requests in a process that runs for real', async () => {
    cordon = await Harness.open(undefined, { dryRun: true });
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    cordon.dryRun = false;
    await cordon.press('UAPP1', 'Approve');
    assert.equal((await cordon.request()).state, 'rehearsed');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('holds what was asked for real, release or restriction, until a process runs for real again', async () => {
    for (const verb of ['restrict', 'release']) {
      cordon = await Harness.open();
      await cordon.say('UREQ', `${verb} mymachine1 beacon`);
      cordon.dryRun = true;
      await cordon.press('UAPP1', 'Approve');
      await cordon.advance(60_000);
      assert.equal((await cordon.request()).state, 'queued');
      assert.deepEqual(cordon.defender.submitted, []);
      assert.match(cordon.thread().at(-1)!, /^Held: Cordon runs as a dry run now/);
      cordon.dryRun = false;
      await cordon.advance(1);
      assert.equal(cordon.defender.submitted.length, 1);
      if (verb === 'restrict') await cordon.store.close();
    }
  });

  it('has Defender cancel nothing, and follows what was sent before', async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    await cordon.press('UAPP1', 'Approve');
    cordon.dryRun = true;
    const { requestId } = cordon.cards()[0]!.card;
    await cordon.say('UAPP1', `cancel ${requestId}`);
    assert.match(answers('UAPP1'), /was not cancelled\. Cordon runs as a dry run/);
    assert.deepEqual(cordon.defender.cancelled, []);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'succeeded');
  });
});
