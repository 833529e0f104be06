import assert from 'node:assert/strict';
import type { Listed, Wanted } from '../../src/defender/look.js';
import { failure, now, type Reply, scripted, wireAction, wireError } from './support.js';

const names = (count: number, prefix = 'a'): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const wanted = (...ids: string[]): Wanted[] => ids.map((id) => ({ id, since: now }));
const found = (...ids: string[]): Reply => ({ status: 200, body: { value: ids.map((id) => wireAction({ id })) } });
const refused: Reply = { status: 400, body: { error: { code: '', message: 'The query is not valid.', details: [] } } };
const ids = (listed: Listed): string[] => [...listed.keys()];

const kinds = "(type eq 'RestrictCodeExecution' or type eq 'UnrestrictCodeExecution')";
const unfinished = `(status eq 'Pending' or status eq 'InProgress') and ${kinds}`;

/** `ids 50`, `unfinished`, `unfinished +10000`, `recent`, or the path, of each call. */
function calls(sent: readonly { path: string }[]): string[] {
  return sent.map(({ path }) => {
    const [, filter = path, top, skip] = /\$filter=(.*)&\$top=(\d+)(?:&\$skip=(\d+))?$/.exec(path) ?? [];
    const page = skip === undefined ? '' : ` +${skip}`;
    if (filter.startsWith('id in (')) return `ids ${top ?? ''}`;
    if (filter === unfinished) return `unfinished${page}`;
    if (filter === `${kinds} and creationDateTimeUtc ge 2026-11-23T09:00:00Z`) return `recent${page}`;
    return path;
  });
}

describe('a look at many actions', () => {
  it('asks for few by their ids, fifty in one call, and for each once', async () => {
    const all = names(60);
    const { defender, sent, options } = scripted([found(...all.slice(0, 50)), found(...all.slice(50))]);
    const look = defender.look();
    assert.deepEqual(ids(await look.glance(wanted(...all.slice(0, 50)))), []);
    assert.deepEqual(ids(await look.find(wanted(...all, 'a0', 'A1'))), all);
    assert.deepEqual(calls(sent), ['ids 50', 'ids 10']);
    assert.deepEqual(options.gate.args[1], ['listMachineActions', { priority: 'background' }]);
  });

  it('asks for nothing when there is nothing to ask', async () => {
    const look = scripted([]).defender.look();
    assert.equal((await look.glance([])).size + (await look.find([])).size, 0);
  });

  it('reads one page for many, whatever is looked for on it, and asks by id for what is not on it', async () => {
    const all = names(300);
    const { defender, sent } = scripted([found('x', ...all.slice(0, 290)), found(...all.slice(290, 299))]);
    const look = defender.look();
    assert.equal((await look.glance(wanted(...all.slice(0, 150)))).size, 150);
    assert.equal((await look.glance(wanted(...all.slice(150)))).size, 140);
    assert.equal((await look.find(wanted(...all.slice(290)))).size, 9);
    assert.deepEqual(calls(sent), ['unfinished', 'ids 10']);
  });

  it('turns to the next page only where that takes fewer calls than the ids', async () => {
    const others = names(10_000, 'x');
    for (const [count, expected] of [
      [40, ['unfinished', 'ids 40']],
      [80, ['unfinished', 'unfinished +10000']],
    ] as const) {
      const left = names(count);
      const { defender, sent } = scripted([found(...others), found(...left)]);
      const look = defender.look();
      await look.glance(wanted(...others.slice(0, 1_000), ...left));
      assert.deepEqual(ids(await look.find(wanted(...left))), left);
      assert.deepEqual(calls(sent), expected);
    }
  });

  it('never reads more pages of other people’s actions than it would take calls by ids', async () => {
    const all = names(150);
    const pages = names(2, 'p').map((prefix) => found(...names(10_000, prefix)));
    const byIds = [all.slice(0, 50), all.slice(50, 100), all.slice(100)].map((some) => found(...some));
    const { defender, sent } = scripted([...pages, found(...names(10_000, 'p9')), ...byIds]);
    const look = defender.look();
    await look.glance(wanted(...all));
    assert.equal((await look.find(wanted(...all))).size, 150);
    assert.deepEqual(calls(sent), [
      'unfinished',
      'unfinished +10000',
      'unfinished +20000',
      'ids 50',
      'ids 50',
      'ids 50',
    ]);
  });

  it('stops at a Defender that gives the same page again and again', async () => {
    const all = names(500);
    const page = found(...names(10_000, 'x'));
    const byIds = names(10).map((_, n) => found(...all.slice(n * 50, n * 50 + 50)));
    const { defender, sent } = scripted([page, page, page, page, ...byIds]);
    const look = defender.look();
    await look.glance(wanted(...all));
    assert.equal((await look.find(wanted(...all))).size, 500);
    const first = ['unfinished', 'unfinished +10000', 'recent', 'recent +10000'];
    assert.deepEqual(calls(sent), [...first, ...names(10).map(() => 'ids 50')]);
  });

  it('reads what is recent where very many have ended at once', async () => {
    const all = names(1_000);
    const { defender, sent } = scripted([found(), found('x', ...all)]);
    const look = defender.look();
    await look.glance(wanted(...all));
    assert.equal((await look.find(wanted(...all))).size, 1_000);
    assert.deepEqual(calls(sent), ['unfinished', 'recent']);
  });

  it('asks by ids alone where pages of what has not ended are refused, and does not try them again', async () => {
    const all = names(150);
    const byIds = [all.slice(0, 50), all.slice(50, 100), all.slice(100)].map((some) => found(...some));
    const { defender, sent } = scripted([refused, ...byIds, ...byIds]);
    for (let turn = 0; turn < 2; turn += 1) {
      const look = defender.look();
      await look.glance(wanted(...all));
      assert.equal((await look.find(wanted(...all))).size, 150);
    }
    assert.deepEqual(calls(sent), ['unfinished', ...names(6).map(() => 'ids 50')]);
  });

  it('reads everything recent where "in" is refused, and does not try "in" again', async () => {
    const { defender, sent } = scripted([refused, found('a', 'x', 'b'), found('a')]);
    const find = async () => ids(await defender.look().find(wanted('a', 'b')));
    assert.deepEqual(await find(), ['a', 'b']);
    assert.deepEqual(await find(), ['a']);
    assert.deepEqual(calls(sent), ['ids 2', 'recent', 'recent']);
  });

  it('reads one by one where every filter is refused, and leaves out what is unknown', async () => {
    const { defender, sent } = scripted([
      refused,
      { status: 400, body: wireError('ODataError') },
      { status: 200, body: wireAction({ id: 'a' }) },
      { status: 404, body: wireError('ResourceNotFound') },
      { status: 200, body: wireAction({ id: 'a' }) },
    ]);
    assert.equal((await defender.look().find(wanted('a', 'b'))).size, 1);
    assert.equal((await defender.look().find(wanted('a'))).size, 1);
    assert.deepEqual(calls(sent).slice(2), ['/api/machineactions/a', '/api/machineactions/b', '/api/machineactions/a']);
  });

  it('does not take any other refusal for a refused filter', async () => {
    const { defender, sent } = scripted([{ status: 403, body: wireError('Forbidden') }]);
    assert.equal((await failure(defender.look().find(wanted('a')))).code, 'Forbidden');
    assert.equal(sent.length, 1);
  });

  it('is read anew with each look', async () => {
    const all = names(200);
    const { defender } = scripted([found(...all), found(...all.slice(1))]);
    assert.equal((await defender.look().glance(wanted(...all))).size, 200);
    assert.equal((await defender.look().glance(wanted(...all))).size, 199);
  });
});
