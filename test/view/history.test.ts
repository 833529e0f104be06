import assert from 'node:assert/strict';
import { deviceHistory } from '../../src/view/history.js';
import { plain } from '../../src/view/model.js';
import { event } from '../store/examples.js';
import { Harness, standardPolicy } from '../harness.js';

describe('the history of a device', () => {
  it('is the story from the record: who asked, who voted how, what Defender said, newest first', async () => {
    const harness = await Harness.open();
    await harness.say('UREQ', 'restrict mymachine1 ransomware note');
    await harness.press('UAPP1', 'Approve');
    await harness.advance(60_000);
    const [request] = await harness.store.requestsIn(['submitted', 'succeeded'], 1);
    const events = await harness.store.auditOf({ deviceId: request!.device.id }, 100);
    const told = deviceHistory(['mymachine1'], events).lines.map((line) => plain(line, () => 'T'));
    assert.match(told[0]!, /History of mymachine1, newest first/);
    const story = told.slice(1).reverse().join('\n');
    assert.match(story, /^T AAAA-\d{4} ureq asked to restrict: “ransomware note”\nT .* uapp1 approved\n/);
    assert.match(
      story,
      /the call to Defender was about to leave \(attempt 1\)\nT .* Defender took it: action \S+, Pending/,
    );
    const submit = events.find(({ what }) => what === 'request.submit');
    assert.deepEqual(Object.keys(submit?.detail ?? {}).slice(0, 5), [
      'machineAction',
      'type',
      'status',
      'creationDateTimeUtc',
      'lastUpdateDateTimeUtc',
    ]);
    await harness.store.close();
  });

  it('is bounded, says where the rest is, and shows words on one line without what is unseen', () => {
    const events = Array.from({ length: 30 }, (_, n) =>
      event('request.deny', {
        at: n,
        to: 'denied',
        actor: { kind: 'person', id: 'p', name: `n${n}`, account: 'a' },
        detail: { decision: 'deny', reason: `a\nb\u202e${'x'.repeat(500)}` },
      }),
    );
    const lines = deviceHistory(['d'], events).lines.map((line) => plain(line, () => 'T'));
    assert.equal(lines.length, 22);
    assert.match(lines[1]!, /n29 denied: “a bx+…”$/);
    assert.match(lines.at(-1)!, /npx cordon audit export --device/);
    assert.match(plain(deviceHistory(['d'], []).lines[0]!), /has done nothing to d so far/);
  });

  it('tells of votes that were lost and of what was changed', async () => {
    const harness = await Harness.open(standardPolicy.replace('approvals: 1', 'approvals: 2'));
    await harness.say('UREQ', 'restrict mymachine1 beacon');
    const { id, device } = await harness.request();
    await harness.press('UAPP1', 'Approve');
    await harness.say('UAPP1', `unvote ${id}`);
    await harness.say('UREQ', `edit ${id} beacon to 203.0.113.9`);
    const events = await harness.store.auditOf({ deviceId: device.id }, 100);
    const story = deviceHistory(['mymachine1'], events).lines.map((line) => plain(line, () => 'T'));
    assert.match(story.join('\n'), /it was changed: “ureq changed the comment\.”\nT \S+ uapp1 took back their vote\n/);
    await harness.store.close();
  });
});
