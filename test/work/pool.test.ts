import assert from 'node:assert/strict';
import { createPool, type Pool } from '../../src/work/pool.js';

/** Work that ends when the test says so. */
class Bench {
  readonly started: string[] = [];
  readonly waiting = new Map<string, () => void>();
  readonly left: string[];
  again = 0;
  readonly pool: Pool;

  constructor(items: readonly string[], atOnce: number) {
    this.left = [...items];
    this.pool = createPool({
      atOnce,
      claim: (limit) => Promise.resolve(this.left.splice(0, limit)),
      work: (item) => {
        this.started.push(item);
        return new Promise((resolve) => this.waiting.set(item, resolve));
      },
      nextDue: () => Promise.resolve(this.left.length > 0 ? 0 : undefined),
      now: () => 1,
      again: () => {
        this.again += 1;
      },
    });
  }

  async end(item: string): Promise<void> {
    this.waiting.get(item)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a pool of work', () => {
  it('is not held up by a piece of work that does not end', async () => {
    const bench = new Bench(['slow', 'a', 'b', 'c'], 2);
    await bench.pool.tick();
    assert.deepEqual(bench.started, ['slow', 'a']);
    await bench.end('a');
    assert.equal(bench.again, 1);
    await bench.pool.tick();
    await bench.end('b');
    await bench.pool.tick();
    assert.deepEqual(bench.started, ['slow', 'a', 'b', 'c']);
  });

  it('takes no more than it has room for', async () => {
    const bench = new Bench(['a', 'b', 'c'], 2);
    await bench.pool.tick();
    assert.equal(await bench.pool.tick(), undefined);
    assert.deepEqual(bench.left, ['c']);
  });

  it('does not ask to be called at once for what is under way already', async () => {
    const bench = new Bench(['a'], 4);
    assert.equal(await bench.pool.tick(), undefined);
    await bench.end('a');
    assert.equal(await bench.pool.tick(), undefined);
  });

  it('is idle when all has ended', async () => {
    const bench = new Bench(['a', 'b'], 4);
    await bench.pool.tick();
    let idle = false;
    const waiting = bench.pool.idle().then(() => {
      idle = true;
    });
    await bench.end('a');
    assert.equal(idle, false);
    await bench.end('b');
    await waiting;
  });
});
