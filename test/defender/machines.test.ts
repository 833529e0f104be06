import assert from 'node:assert/strict';
import type { DeviceRef } from '../../src/command/model.js';
import { hasCode, machineId, scripted, wireError, type Reply } from './support.js';

const found = (...values: object[]): Reply => ({ status: 200, body: { value: values } });
const otherId = 'a'.repeat(40);

async function find(ref: DeviceRef, ...replies: Reply[]) {
  const { defender, sent } = scripted(replies);
  const machines = await defender.findMachines(ref);
  return { ids: machines.map((machine) => machine.id), paths: sent.map((call) => call.path) };
}

describe('finding machines', () => {
  it('by device id reads that one', async () => {
    const ref = { by: 'deviceId', value: machineId } as const;
    const { ids, paths } = await find(ref, { status: 200, body: { id: machineId } });
    assert.deepEqual(ids, [machineId]);
    assert.deepEqual(paths, [`/api/machines/${machineId}`]);
    assert.deepEqual((await find(ref, { status: 404, body: wireError('ResourceNotFound') })).ids, []);
  });

  it('by full name matches the whole name in lower case, and never another domain', async () => {
    const { ids, paths } = await find({ by: 'name', value: 'PC1.contoso.com' }, found({ id: machineId }));
    assert.deepEqual(ids, [machineId]);
    assert.deepEqual(paths, ["/api/machines?$filter=computerDnsName eq 'pc1.contoso.com'&$top=10000"]);
    assert.equal((await find({ by: 'name', value: 'pc1.contoso.com' }, found())).paths.length, 1);
  });

  it('by short name keeps the machines whose first label it is', async () => {
    const { ids, paths } = await find(
      { by: 'name', value: 'pc1' },
      found(
        { id: 'short', computerDnsName: 'PC1' },
        { id: 'full', computerDnsName: 'pc1.contoso.com' },
        { id: 'longer', computerDnsName: 'pc10.contoso.com' },
        { id: 'unnamed', computerDnsName: null },
      ),
    );
    assert.deepEqual(ids, ['short', 'full']);
    assert.deepEqual(paths, ["/api/machines?$filter=startswith(computerDnsName,'pc1')&$top=10000"]);
  });

  it('bug 9: a host name matches two machines and the first is taken', async () => {
    const name = 'pc1.contoso.com';
    const twice = found({ id: machineId, computerDnsName: name }, { id: otherId, computerDnsName: name });
    assert.deepEqual((await find({ by: 'name', value: name }, twice)).ids, [machineId, otherId]);
  });

  it('leaves merged records out while an unmerged one remains', async () => {
    const merged = { id: machineId, mergedIntoMachineId: otherId };
    const ref = { by: 'name', value: 'pc1.contoso.com' } as const;
    assert.deepEqual((await find(ref, found(merged, { id: otherId }))).ids, [otherId]);
    assert.deepEqual((await find(ref, found(merged))).ids, [machineId]);
  });

  it('says so when a short name matches more than one answer holds, instead of "none"', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({ id: String(n), computerDnsName: `pc${String(n)}` }));
    await assert.rejects(find({ by: 'name', value: 'pc' }, found(...many)), hasCode('too_many_machines'));
  });

  it('by Entra id asks with the GUID unquoted, and for nothing but a GUID', async () => {
    const value = '80fe8ff8-2624-418e-9591-41f0491218f9';
    const { paths } = await find({ by: 'entraId', value }, found({ id: machineId }));
    assert.deepEqual(paths, [`/api/machines?$filter=aadDeviceId eq ${value}&$top=10000`]);
    await assert.rejects(find({ by: 'entraId', value: `${value} or true` }), hasCode('InvalidInput'));
  });

  it('by address asks who has it now, then whose last address it was', async () => {
    const ref = { by: 'ip', value: '10.1.2.3' } as const;
    const now = "/api/machines/findbyip(ip='10.1.2.3',timestamp=2026-11-23T09:00:00Z)";
    assert.deepEqual(await find(ref, found({ id: machineId })), { ids: [machineId], paths: [now] });
    const last = "/api/machines?$filter=lastIpAddress eq '10.1.2.3'&$top=10000";
    const notFound = { status: 404, body: wireError('NotFound') };
    assert.deepEqual(await find(ref, notFound, found({ id: otherId })), { ids: [otherId], paths: [now, last] });
    await assert.rejects(find({ by: 'ip', value: "10.1.2.3') or" }), hasCode('InvalidIpAddress'));
  });

  it('takes a 404 of a list for none, but not the page of a proxy or a list that it cannot read', async () => {
    const ref = { by: 'name', value: 'pc1' } as const;
    assert.deepEqual((await find(ref, { status: 404, body: '' })).ids, []);
    await assert.rejects(find(ref, { status: 404, body: '<html>' }), hasCode('unexpected_answer'));
    await assert.rejects(find(ref, { status: 200, body: {} }), hasCode('unreadable_answer'));
    await assert.rejects(find(ref, { status: 200, body: '' }), hasCode('unreadable_answer'));
  });
});
