import assert from 'node:assert/strict';
import fc from 'fast-check';
import { actionOf, type Life, Tenant } from '../../bench/tenant.js';
import { createLooks, type Look } from '../../src/defender/look.js';
import { DefenderError } from '../../src/defender/errors.js';
import { createTracker } from '../../src/work/track.js';
import { Harness } from '../harness.js';
import { nothing, request } from '../store/examples.js';
import { machine } from '../support.js';

const start = Date.parse('2026-11-23T09:00:00Z');

/** Requests whose actions live these lives. */
async function submitted(cordon: Harness, lives: readonly Life[]): Promise<void> {
  for (const [place, life] of lives.entries()) {
    const device = machine({ id: String(place).padStart(40, '0') });
    const machineAction = actionOf(life, life.createdAt);
    const over = { state: 'submitted', submittedAt: life.createdAt, dueAt: life.createdAt, machineAction } as const;
    await cordon.store.create(request({ id: `R${place}`, device, createdAt: start, ...over }), nothing);
  }
}

/** The Harness's own, but for what is looked at. */
function lookingAt(cordon: Harness, look: () => Look): Harness['defender'] {
  return Object.assign(Object.create(cordon.defender) as Harness['defender'], { look });
}

/** Looks at whatever is due whenever it is, until then. */
async function followUntil(cordon: Harness, look: () => Look, until: number): Promise<void> {
  const track = createTracker({ ...cordon.context, defender: lookingAt(cordon, look) });
  for (;;) {
    const next = (await track()) ?? Infinity;
    if (next > until) break;
    cordon.clock = Math.max(cordon.clock, next);
  }
}

async function ends(cordon: Harness, lives: readonly Life[]): Promise<string[]> {
  const found: string[] = [];
  for (const [place] of lives.entries()) found.push((await cordon.store.request(`R${place}`))?.state ?? 'gone');
  return found;
}

describe('following open actions', () => {
  it('ends the same through pages as by ids, whatever ends when, other people’s actions included', async function () {
    this.timeout(60_000);
    const life = fc.record({
      listedAfter: fc.nat(8_000),
      startsAfter: fc.nat(200_000),
      endsAfter: fc.option(fc.nat(580_000), { nil: undefined }),
      end: fc.constantFrom('Succeeded', 'Failed', 'TimeOut', 'Cancelled'),
    });
    const others = fc.array(fc.tuple(fc.nat(600_000), fc.nat(600_000)), { maxLength: 25 });
    const sizes = fc.record({ ids: fc.integer({ min: 1, max: 4 }), page: fc.integer({ min: 1, max: 9 }) });
    const asLives = (drawn: typeof life extends fc.Arbitrary<infer T> ? readonly T[] : never): Life[] =>
      drawn.map(({ listedAfter, startsAfter, endsAfter, end }, place) => ({
        id: `ours-${place}`,
        createdAt: start,
        listedAt: start + listedAfter,
        startsAt: start + startsAfter,
        ...(endsAfter !== undefined && { endsAt: start + endsAfter }),
        end,
      }));
    let throughPages = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 30 }),
        others,
        sizes,
        fc.nat(400),
        async (drawn, foreign, most, perCallMs) => {
          const lives = asLives(drawn);
          const theirs = foreign.map(([from, length], place) => {
            return { id: `theirs-${place}`, createdAt: start + from, endsAt: start + from + length };
          });
          const found: string[][] = [];
          for (const refuses of [undefined, /status|creationDateTimeUtc/]) {
            const cordon = await Harness.open();
            cordon.clock = start;
            // Each call takes its time, in which actions end and pages drift.
            const tenant = new Tenant([...lives, ...theirs], () => (cordon.clock += perCallMs), refuses);
            const look = createLooks(
              {
                get: (id) => tenant.get(id),
                list: (filter, top, skip) => {
                  if (refuses === undefined && filter.startsWith('(')) throughPages += 1;
                  return tenant.list(filter, top, skip);
                },
              },
              most,
            );
            await submitted(cordon, lives);
            await followUntil(cordon, look, start + 700_000);
            found.push(await ends(cordon, lives));
            await cordon.store.close();
          }
          const truth = lives.map(({ endsAt, end }) => (endsAt === undefined ? 'submitted' : stateOf(end)));
          assert.deepEqual(found[1], truth);
          assert.deepEqual(found[0], truth);
        },
      ),
      { numRuns: 15 },
    );
    assert.ok(throughPages > 100, `${throughPages} pages`);
  });

  it('of several thousand takes one call, and one statement for each thousand that did not change', async function () {
    this.timeout(20_000);
    const cordon = await Harness.open();
    const lives = Array.from({ length: 2_500 }, (_, place) => ({
      id: `a${place}`,
      createdAt: start,
      ...(place % 1_000 === 7 && { endsAt: start + 1 }),
    }));
    await submitted(cordon, lives);
    cordon.clock = start + 1_000;
    const tenant = new Tenant(lives, () => cordon.clock);
    let statements = 0;
    const { store } = cordon.context;
    const counting = Object.assign(Object.create(store) as typeof store, {
      postponeRequests: (...args: Parameters<typeof store.postponeRequests>) => {
        statements += 1;
        return store.postponeRequests(...args);
      },
    });
    const defender = lookingAt(cordon, createLooks(tenant));
    const next = await createTracker({ ...cordon.context, store: counting, defender })();
    assert.equal(next, start + 3_000);
    assert.equal(tenant.calls, 2);
    assert.equal(statements, 3);
    assert.equal(await cordon.store.countIn(['succeeded']), 3);
    await cordon.store.close();
  });

  it('asks a Defender that does not answer once a tick, and puts off all that was due', async () => {
    const cordon = await Harness.open();
    const lives = Array.from({ length: 1_200 }, (_, place) => ({ id: `a${place}`, createdAt: start }));
    await submitted(cordon, lives);
    let asked = 0;
    const refuse = (): Promise<never> => {
      asked += 1;
      return Promise.reject(
        new DefenderError('TooManyRequests', '429', { taken: 'no', retryAfterMs: 33_000, userText: '' }),
      );
    };
    const look = createLooks({ list: refuse, get: refuse });
    const next = await createTracker({ ...cordon.context, defender: lookingAt(cordon, look) })();
    assert.equal(asked, 1);
    assert.equal(next, cordon.clock + 33_000);
    await cordon.store.close();
  });
});

function stateOf(end: Life['end']): string {
  return end === 'Failed'
    ? 'failed'
    : end === 'TimeOut'
      ? 'timed out'
      : end === 'Cancelled'
        ? 'cancelled'
        : 'succeeded';
}
