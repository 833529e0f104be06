import assert from 'node:assert/strict';
import { failure, hasCode, machineId, now, scripted, wireAction, wireError, type Reply } from './support.js';

const found = (...ids: string[]): Reply => ({ status: 200, body: { value: ids.map((id) => wireAction({ id })) } });
const refused: Reply = { status: 400, body: { error: { code: '', message: 'The query is not valid.', details: [] } } };

describe('reading one action', () => {
  it('is undefined while Defender does not know it yet', async () => {
    const { defender } = scripted([{ status: 404, body: wireError('ResourceNotFound') }]);
    assert.equal(await defender.getAction('a-1'), undefined);
  });

  it('never leaves its place in the path', async () => {
    for (const id of ['..', '', 'a/cancel', 'a?x']) {
      await assert.rejects(scripted([]).defender.getAction(id), hasCode('InvalidInput'));
    }
  });
});

describe('reading what has not ended', () => {
  it('is one call for all devices and both kinds; what has ended meanwhile is left out', async () => {
    const value = [wireAction({ id: 'a' }), wireAction({ id: 'b', status: 'Succeeded' })];
    const { defender, sent } = scripted([{ status: 200, body: { value } }]);
    assert.deepEqual(
      (await defender.listUnfinished()).map(({ id }) => id),
      ['a'],
    );
    assert.equal(
      sent[0]!.path,
      "/api/machineactions?$filter=(status eq 'Pending' or status eq 'InProgress') and (type eq 'RestrictCodeExecution' or type eq 'UnrestrictCodeExecution')&$top=10000",
    );
  });
});

describe('reading many actions', () => {
  it('asks for fifty in one call, and for each once', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `a${String(n)}`);
    const { defender, sent, options } = scripted([found(...ids.slice(0, 50)), found(...ids.slice(50))]);
    const actions = await defender.listActions([...ids, 'a0']);
    assert.deepEqual(
      actions.map((action) => action.id),
      ids,
    );
    assert.equal(sent.length, 2);
    assert.deepEqual(options.gate.args[1], ['listMachineActions', { priority: 'background' }]);
    assert.ok(sent[0]!.path.startsWith("/api/machineactions?$filter=id in ('a0','a1',"));
    assert.ok(sent[0]!.path.endsWith('&$top=50'));
    assert.ok(sent[1]!.path.endsWith("'a59')&$top=10"));
  });

  it('asks for nothing when there is nothing to ask', async () => {
    assert.deepEqual(await scripted([]).defender.listActions([]), []);
  });

  it('reads everything recent where "in" is refused, and does not try "in" again', async () => {
    const { defender, sent } = scripted([refused, found('a', 'x'), found('b'), found('a'), found()]);
    const ids = async () => (await defender.listActions(['a', 'b'])).map((action) => action.id);
    assert.deepEqual(await ids(), ['a', 'b']);
    assert.deepEqual(await ids(), ['a']);
    assert.deepEqual(
      sent.slice(1).map((call) => /type eq '(\w+)' and creationDateTimeUtc ge (\S+)&/.exec(call.path)?.slice(1)),
      [
        ['RestrictCodeExecution', '2026-10-24T09:00:00Z'],
        ['UnrestrictCodeExecution', '2026-10-24T09:00:00Z'],
        ['RestrictCodeExecution', '2026-10-24T09:00:00Z'],
        ['UnrestrictCodeExecution', '2026-10-24T09:00:00Z'],
      ],
    );
  });

  it('reads one by one where every filter is refused, and leaves out what is unknown', async () => {
    const { defender, sent } = scripted([
      refused,
      { status: 400, body: wireError('ODataError') },
      { status: 200, body: wireAction({ id: 'a' }) },
      { status: 404, body: wireError('ResourceNotFound') },
      { status: 200, body: wireAction({ id: 'a' }) },
    ]);
    assert.equal((await defender.listActions(['a', 'b'])).length, 1);
    assert.equal((await defender.listActions(['a'])).length, 1);
    assert.deepEqual(
      sent.slice(2).map((call) => call.path),
      ['/api/machineactions/a', '/api/machineactions/b', '/api/machineactions/a'],
    );
  });

  it('does not take any other refusal for a refused filter', async () => {
    const { defender, sent } = scripted([{ status: 403, body: wireError('Forbidden') }]);
    assert.equal((await failure(defender.listActions(['a']))).code, 'Forbidden');
    assert.equal(sent.length, 1);
  });
});

describe('the actions of one machine', () => {
  it('are of that machine and kind, since then, newest first', async () => {
    const at = (id: string, time: string, over: object = {}) => wireAction({ id, creationDateTimeUtc: time, ...over });
    const { defender, sent } = scripted([
      {
        status: 200,
        body: {
          value: [
            at('early', '2026-11-23T08:59:59.9999999Z'),
            at('first', '2026-11-23T09:00:00.0000001Z', { machineId: null }),
            at('last', '2026-11-23T09:10:00.1234567Z', { machineId: machineId.toUpperCase() }),
            at('elsewhere', '2026-11-23T09:10:00Z', { machineId: 'a'.repeat(40) }),
            at('other kind', '2026-11-23T09:10:00Z', { type: 'UnrestrictCodeExecution' }),
          ],
        },
      },
    ]);
    const actions = await defender.listMachineActions(machineId, 'restrict', now);
    assert.deepEqual(
      actions.map((action) => action.id),
      ['last', 'first'],
    );
    assert.equal(
      sent[0]!.path,
      `/api/machineactions?$filter=machineId eq '${machineId}' and type eq 'RestrictCodeExecution' and creationDateTimeUtc ge 2026-11-23T09:00:00Z&$top=10000`,
    );
  });
});
