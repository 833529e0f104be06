import assert from 'node:assert/strict';
import { parseJson, readList, readMachine, readMachineAction } from '../../src/defender/parse.js';
import { actionId, machineId, wireAction } from './support.js';

describe('reading what Defender answers', () => {
  it('reads the documented machine', () => {
    const machine = readMachine({
      id: machineId,
      computerDnsName: 'mymachine1.contoso.com',
      lastSeen: '2018-08-02T14:55:03.7791856Z',
      osPlatform: 'Windows10',
      version: '1709',
      osBuild: 18209,
      healthStatus: 'Active',
      rbacGroupId: 140,
      rbacGroupName: 'The-A-Team',
      isAadJoined: true,
      machineTags: ['test tag 1', 'test tag 2'],
    });
    assert.equal(machine?.computerDnsName, 'mymachine1.contoso.com');
    assert.equal(machine.rbacGroupName, 'The-A-Team');
    assert.deepEqual(machine.machineTags, ['test tag 1', 'test tag 2']);
    assert.equal(machine.mergedIntoMachineId, null);
  });

  it('takes a machine of which only the id is left, and the group id as number or string', () => {
    for (const extra of [{}, { rbacGroupId: 140 }, { rbacGroupId: '140' }, { machineTags: null }, { version: 22 }]) {
      const machine = readMachine({ id: machineId, ...extra });
      assert.equal(machine?.id, machineId);
      assert.equal(machine.version, null);
      assert.deepEqual(machine.machineTags, []);
    }
  });

  it('reads an action with a null machine, an unknown status and the old spelling of its last update', () => {
    const action = readMachineAction(
      wireAction({
        machineId: null,
        status: 'Deferred',
        type: 'ContainDevice',
        lastUpdateDateTimeUtc: undefined,
        lastUpdateTimeUtc: '2018-12-04T12:18:27Z',
      }),
    );
    assert.equal(action?.machineId, null);
    assert.equal(action.status, 'Deferred');
    assert.equal(action.type, 'ContainDevice');
    assert.equal(action.lastUpdateDateTimeUtc, '2018-12-04T12:18:27Z');
  });

  it('finds no entity in anything without an id', () => {
    for (const body of [
      undefined,
      null,
      [],
      'x',
      {},
      { id: null },
      { id: '' },
      { id: ' ' },
      { id: 7 },
      { Id: actionId },
    ]) {
      assert.equal(readMachineAction(body), undefined);
      assert.equal(readMachine(body), undefined);
    }
  });

  it('keeps the readable entries of a list, and tells an empty list from none', () => {
    assert.deepEqual(
      readList({ value: [{ id: machineId }, {}, null] }, readMachine)?.map((entry) => entry.id),
      [machineId],
    );
    assert.deepEqual(readList({ value: [] }, readMachine), []);
    for (const body of [undefined, null, {}, { value: null }, [{ id: machineId }]]) {
      assert.equal(readList(body, readMachine), undefined);
    }
  });

  it('takes HTML and an empty body for no JSON', () => {
    assert.equal(parseJson('<html><body>502 Bad Gateway</body></html>'), undefined);
    assert.equal(parseJson(''), undefined);
    assert.equal(parseJson('null'), null);
  });
});
