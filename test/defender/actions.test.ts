import assert from 'node:assert/strict';
import { hasCode, machineId, now, scripted, wireAction, wireError } from './support.js';

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
