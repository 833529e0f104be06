import assert from 'node:assert/strict';
import { openRaw, type RawStore } from './raw.js';
import { due, incoming, nothing, request } from './examples.js';

describe('accepting many at once', () => {
  let raw: RawStore;
  beforeEach(async () => {
    raw = await openRaw();
  });
  afterEach(() => raw.store.close());

  const commits = () => raw.queries.filter(({ sql }) => sql === 'commit').length;
  const keys = async () => (await due(raw.store).incoming(10, 100)).map((pending) => pending.incoming.key);

  it('shares one commit within a turn of the event loop', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => raw.store.accept(incoming(`k${i}`), 1)));
    assert.equal(commits(), 1);
    await raw.store.accept(incoming('later'), 1);
    assert.equal(commits(), 2);
  });

  it('shares it with whatever else is written at the same time', async () => {
    const accepted = raw.store.accept(incoming('k1'), 1);
    await Promise.all([accepted, raw.store.create(request(), nothing), raw.store.accept(incoming('k2'), 1)]);
    assert.equal(commits(), 1);
    assert.deepEqual(await keys(), ['k1', 'k2']);
  });

  it('takes one turn of the event loop, not two', async () => {
    let turns = 0;
    const counted = await openRaw(':memory:', {
      nextTurn: (run) => {
        turns += 1;
        setImmediate(run);
      },
    });
    await counted.store.accept(incoming('k1'), 1);
    assert.equal(turns, 1);
    await counted.store.close();
  });

  it('is told only when the row is committed', async () => {
    await raw.store.accept(incoming('k1'), 1);
    assert.equal(raw.database.inTransaction, false);
    assert.deepEqual(await keys(), ['k1']);
  });

  it('one row that cannot be stored does not take the others with it', async () => {
    raw.database.exec(
      `create trigger poison before insert on inbox when new.key = 'poison' begin select raise(abort, 'poison'); end`,
    );
    const answers = await Promise.allSettled(['k1', 'poison', 'k2'].map((key) => raw.store.accept(incoming(key), 1)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await keys(), ['k1', 'k2']);
  });

  it('turns senders away, rather than growing, while the store is slow', async () => {
    let held: (() => void)[] | undefined = [];
    const slow = await openRaw(':memory:', {
      nextTurn: (run) => (held === undefined ? setImmediate(run) : held.push(run)),
    });
    const go = () => {
      const runs = held ?? [];
      held = undefined;
      for (const run of runs) run();
    };
    const waiting = Array.from({ length: 2_000 }, (_, i) => slow.store.accept(incoming(`k${i}`), 1));
    await assert.rejects(slow.store.accept(incoming('one too many'), 1), { code: 'store_busy' });
    go();
    assert.ok((await Promise.all(waiting)).every(Boolean));
    assert.equal(await slow.store.accept(incoming('later'), 1), true);
    await slow.store.close();
  });
});
