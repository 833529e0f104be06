import assert from 'node:assert/strict';
import { watchChanges } from '../../src/ops/changes.js';
import { createJournal } from '../../src/ops/journal.js';
import { openStore } from '../../src/store/open.js';
import { audit } from '../audit-key.js';
import { Harness } from '../harness.js';

describe('who watches the changes', () => {
  it('is told of the approval and of the place in the queue, in this order and of one change', async () => {
    const lines: Record<string, unknown>[] = [];
    const journal = createJournal({ info: (fields: unknown) => lines.push(fields as Record<string, unknown>) });
    const opened = await openStore('sqlite::memory:', { audit, now: () => Date.parse('2026-11-23T09:00:00Z') });
    let changes = 0;
    const store = watchChanges(opened, (committed) => {
      changes += committed.effects.audit.some(({ what }) => what === 'request.queue') ? 1 : 0;
      journal(committed);
    });
    const cordon = await Harness.over(store);
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    await cordon.press('UAPP1', 'Approve');
    await store.close();
    const states = lines.flatMap(({ from, to }) => (to === undefined ? [] : [[from, to]]));
    assert.deepEqual(states, [
      [undefined, 'awaiting approval'],
      ['awaiting approval', 'approved'],
      ['approved', 'queued'],
      ['queued', 'sending'],
      ['sending', 'submitted'],
    ]);
    assert.equal(changes, 1);
  });
});
