import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../audit-key.js';
import { openStore } from '../../src/store/open.js';
import { incoming, request, due } from '../store/examples.js';
import { startWorker, type Worker } from './worker.js';

describe('the store among processes that start, compete and die', () => {
  let folder: string;
  let file: string;
  const workers: Worker[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-kill-'));
    file = join(folder, 'data', 'cordon.db');
  });
  afterEach(async () => {
    for (const { process } of workers.splice(0)) process.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  const start = async (job: string) => {
    const worker = await startWorker(job, file);
    workers.push(worker);
    return worker;
  };
  const reopen = () => openStore(`sqlite:${file}`, { audit, now: () => 0 });

  it('two processes that start together on a new file both set it up and lose no change of each other', async () => {
    const both = await Promise.all([start('compete'), start('compete')]);
    const ends = both.map(({ process }) => once(process, 'close'));
    for (const { process } of both) process.stdin.write('go\n');
    await Promise.all(ends);
    for (const worker of both) assert.equal(worker.process.exitCode, 0, worker.errors());

    const store = await reopen();
    assert.equal((await store.request(request().id))?.version, 41);
    assert.equal((await store.auditOf({ requestId: request().id }, 100)).length, 40);
    await store.close();
  });

  // The moment is chosen by chance within the work, so that every run tries another one.
  for (const round of [1, 2, 3]) {
    const moment = Math.ceil(Math.random() * 150);
    it(`kill ${round}: everything acknowledged is there after SIGKILL, and no half of a change`, async () => {
      const worker = await start('work');
      const accepted: string[] = [];
      let version = 1;
      worker.lines.on('line', (line) => {
        const [what, which = ''] = line.split(' ');
        if (what === 'accepted') accepted.push(which);
        else version = Number(which);
        if (accepted.length === moment) worker.process.kill('SIGKILL');
      });
      const end = once(worker.process, 'close');
      worker.process.stdin.write('go\n');
      await end;
      assert.equal(worker.process.signalCode, 'SIGKILL', worker.errors());
      assert.ok(accepted.length >= moment);

      const store = await reopen();
      for (const key of accepted) assert.equal(await store.accept(incoming(key), 2), false, `${key} was lost`);
      // Reads the whole chain again.
      assert.ok(await store.checkpoint(1, { events: 1, ms: 1 }));
      const found = await store.request(request().id);
      assert.ok(found !== undefined && found.version >= version, `version ${version} was lost`);
      assert.equal(found.votes.length, found.version - 1);
      assert.equal((await store.auditOf({ requestId: found.id }, 2_000)).length, 2 * (found.version - 1));
      assert.equal((await due(store).deliveries(1, 1_000)).length, found.version - 1);
      await store.close();
    });
  }
});
