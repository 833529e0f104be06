import assert from 'node:assert/strict';
import { codeOf, laptop, mac, startBench, twin, type Bench } from './support.js';

describe('Defender stand-in: actions', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.defender.close());

  const statusOf = async (id: unknown): Promise<unknown> =>
    (await bench.get(`/api/machineactions/${String(id)}`)).body.status;

  it('answers a restriction with 201 and the pending action that the comment went into', async () => {
    const { status, body } = await bench.restrict(laptop.id, 'Incident 7, asked by Mira');
    assert.equal(status, 201);
    assert.equal(body.type, 'RestrictCodeExecution');
    assert.equal(body.status, 'Pending');
    assert.equal(body.machineId, laptop.id);
    assert.equal(body.requestorComment, 'Incident 7, asked by Mira');
    assert.equal(body.creationDateTimeUtc, '2026-11-23T12:00:00.0000000Z');
    assert.match(String(body['@odata.context']), /#MachineActions\/\$entity$/);
  });

  it('moves an action from Pending over InProgress to Succeeded as the clock moves', async () => {
    const { body } = await bench.restrict();
    assert.equal(await statusOf(body.id), 'Pending');
    bench.wait(2_000);
    assert.equal(await statusOf(body.id), 'InProgress');
    assert.deepEqual(bench.defender.restrictedMachines(), []);
    bench.wait(3_000);
    assert.equal(await statusOf(body.id), 'Succeeded');
    assert.deepEqual(bench.defender.restrictedMachines(), [laptop.id]);
  });

  it('leaves the action of an offline machine pending until the machine comes online', async () => {
    const { body } = await bench.restrict(twin.id);
    bench.wait(86_400_000);
    assert.equal(await statusOf(body.id), 'Pending');
    bench.defender.setOnline(twin.id, true);
    assert.equal(await statusOf(body.id), 'Pending');
    bench.wait(5_000);
    assert.equal(await statusOf(body.id), 'Succeeded');
  });

  it('counts a machine as unrestricted once the release succeeded', async () => {
    await bench.restrict();
    bench.wait(10_000);
    await bench.post(`/api/machines/${laptop.id}/unrestrictCodeExecution`, { Comment: 'done' });
    assert.deepEqual(bench.defender.restrictedMachines(), [laptop.id]);
    bench.wait(10_000);
    assert.deepEqual(bench.defender.restrictedMachines(), []);
  });

  it('refuses a second restriction while the first is running, and takes it afterwards', async () => {
    await bench.restrict();
    const second = await bench.restrict();
    assert.equal(second.status, 400);
    assert.equal(codeOf(second), 'ActiveRequestAlreadyExists');
    bench.wait(5_000);
    assert.equal((await bench.restrict()).status, 201);
    assert.equal(bench.defender.actions().length, 2);
  });

  it('hands back the pending action instead when told to, without making another', async () => {
    bench.defender.setDuplicates('return');
    const first = await bench.restrict(laptop.id, 'mine');
    const second = await bench.restrict(laptop.id, 'yours');
    assert.equal(second.body.id, first.body.id);
    assert.equal(second.body.requestorComment, 'mine');
    assert.deepEqual(
      bench.defender.calls.map(({ created }) => created),
      [true, false],
    );
  });

  it('does not let an unfinished release stand in the way of a restriction', async () => {
    await bench.post(`/api/machines/${laptop.id}/unrestrictCodeExecution`, { Comment: 'x' });
    assert.equal((await bench.restrict()).status, 201);
  });

  it('insists on Comment, spelled exactly so', async () => {
    const path = `/api/machines/${laptop.id}/restrictCodeExecution`;
    assert.equal(codeOf(await bench.post(path, {})), 'MissingRequiredParameter');
    assert.equal(codeOf(await bench.post(path, { Comment: '  ' })), 'MissingRequiredParameter');
    assert.equal(codeOf(await bench.post(path, { comment: 'x' })), 'InvalidRequestBody');
    assert.equal(codeOf(await bench.post(path, { Comment: 7 })), 'InvalidRequestBody');
    assert.equal(codeOf(await bench.post(path, '{"Comment":')), 'InvalidRequestBody');
    assert.deepEqual(bench.defender.actions(), []);
  });

  it('answers 404 for an unknown machine, and for a name where an id belongs', async () => {
    for (const id of ['0'.repeat(40), 'laptop-7.contoso.com']) {
      const reply = await bench.restrict(id);
      assert.equal(reply.status, 404);
      assert.equal(codeOf(reply), 'ResourceNotFound');
    }
  });

  it('refuses a machine that does not run Windows', async () => {
    const reply = await bench.restrict(mac.id);
    assert.equal(reply.status, 400);
    assert.equal(codeOf(reply), 'OsPlatformNotSupported');
  });

  it('cancels a running action with 200 and refuses to cancel a finished one', async () => {
    const { body } = await bench.restrict();
    const cancelled = await bench.post(`/api/machineactions/${String(body.id)}/cancel`, { Comment: 'wrong device' });
    assert.equal(cancelled.status, 200);
    assert.equal(cancelled.body.status, 'Cancelled');
    assert.equal(cancelled.body.cancellationComment, 'wrong device');
    bench.wait(60_000);
    assert.equal(await statusOf(body.id), 'Cancelled');
    const again = await bench.post(`/api/machineactions/${String(body.id)}/cancel`, { Comment: 'again' });
    assert.equal(again.status, 400);
  });

  it('keeps a status that a test has set', async () => {
    const { body } = await bench.restrict();
    bench.defender.setStatus(String(body.id), 'TimeOut');
    bench.wait(60_000);
    assert.equal(await statusOf(body.id), 'TimeOut');
    assert.deepEqual(bench.defender.restrictedMachines(), []);
  });

  it('writes every call into its journal', async () => {
    const { body } = await bench.restrict(laptop.id, 'why');
    bench.wait(1_000);
    await statusOf(body.id);
    await bench.restrict('unknown', 'why');
    const [restrict, read, refused] = bench.defender.calls;
    assert.deepEqual(restrict, {
      at: Date.parse('2026-11-23T12:00:00Z'),
      operation: 'restrictCodeExecution',
      machineId: laptop.id,
      comment: 'why',
      status: 201,
      actionId: body.id,
      created: true,
    });
    assert.equal(read?.operation, 'getMachineAction');
    assert.equal(read.actionId, body.id);
    assert.equal(read.at - restrict.at, 1_000);
    assert.equal(refused?.machineId, 'unknown');
    assert.equal(refused.status, 404);
    assert.equal(refused.created, false);
  });
});
