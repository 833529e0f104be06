import assert from 'node:assert/strict';
import { defenderComment } from '../../src/defender/comment.js';
import { actionId, failure, hasCode, heldCall, machineId, now, scripted, wireAction, wireError } from './support.js';

const comment = defenderComment({
  comment: 'Ransomware on pc1',
  requester: 'Ada Lovelace',
  approvers: ['Grace Hopper'],
  requestId: '7K3M9Q2X',
});
const created = wireAction({ requestorComment: comment });

describe('submitting an action', () => {
  it('gives the action that Defender created, whether it answers 200 or 201', async () => {
    for (const status of [200, 201]) {
      const { defender } = scripted([{ status, body: created }]);
      const { outcome, action } = await defender.submit('restrict', machineId, comment, heldCall());
      assert.equal(outcome, 'created');
      assert.equal(action.id, actionId);
    }
  });

  it('bug 10: a 201 whose body has no action id is reported as success', async () => {
    for (const body of [{}, wireAction({ id: undefined }), wireAction({ id: '' }), []]) {
      const error = await failure(
        scripted([{ status: 201, body }]).defender.submit('restrict', machineId, comment, heldCall()),
      );
      assert.equal(error.code, 'no_action_id');
      assert.equal(error.taken, 'unknown');
    }
  });

  it('a success that is no JSON leaves it in doubt', async () => {
    for (const body of ['', '<html>Welcome</html>']) {
      const error = await failure(
        scripted([{ status: 201, body }]).defender.submit('restrict', machineId, comment, heldCall()),
      );
      assert.equal(error.code, 'unreadable_answer');
      assert.equal(error.taken, 'unknown');
    }
  });

  it("another person's pending action that comes back is not a new one", async () => {
    const { defender } = scripted([{ status: 201, body: wireAction({ requestorComment: 'Isolated by hand' }) }]);
    const { outcome, action } = await defender.submit('restrict', machineId, comment, heldCall());
    assert.equal(outcome, 'already running');
    assert.equal(action?.requestorComment, 'Isolated by hand');
  });

  it('an action older than the call is not a new one, and a small difference of clocks does not make it older', async () => {
    for (const [at, outcome] of [
      ['2026-11-23T08:50:00.1234567Z', 'already running'],
      ['2026-11-23T08:59:30.1234567Z', 'created'],
      [null, 'created'],
    ]) {
      const body = wireAction({ requestorComment: comment, creationDateTimeUtc: at });
      const { defender } = scripted([{ status: 200, body }]);
      assert.equal((await defender.submit('restrict', machineId, comment, heldCall())).outcome, outcome);
    }
  });

  it('a comment that Microsoft trimmed, cut or left out is still ours; a short one that ours begins with is not', async () => {
    for (const [echo, outcome] of [
      [`  ${comment}\n`, 'created'],
      [comment.slice(0, 70), 'created'],
      [null, 'created'],
      ['Ransomware on pc1', 'already running'],
    ]) {
      const { defender } = scripted([{ status: 201, body: wireAction({ requestorComment: echo }) }]);
      assert.equal((await defender.submit('restrict', machineId, comment, heldCall())).outcome, outcome, String(echo));
    }
  });

  describe('bug 11: a 400 "already in progress" is reported as a failure although the device is being restricted', () => {
    const replies = [wireError('ActiveRequestAlreadyExists'), wireError('BadRequest', 'Action is already in progress')];

    for (const body of replies) {
      it(`finds the running action after ${JSON.stringify(body)}`, async () => {
        const { defender, sent, options } = scripted([
          { status: 400, body },
          {
            status: 200,
            body: {
              value: [
                wireAction({ id: 'done', status: 'Succeeded', creationDateTimeUtc: '2026-11-23T08:00:00Z' }),
                wireAction({ id: 'running', status: 'InProgress', creationDateTimeUtc: '2026-11-22T08:00:00Z' }),
              ],
            },
          },
        ]);
        const { outcome, action } = await defender.submit('restrict', machineId, comment, heldCall());
        assert.equal(outcome, 'already running');
        assert.equal(action?.id, 'running');
        assert.match(sent[1]!.path, new RegExp(`machineId eq '${machineId}' and type eq 'RestrictCodeExecution'`));
        assert.deepEqual(options.gate.args, [['listMachineActions', {}]]);
      });
    }

    it('and stays "already running" when none is found or the look-up fails', async () => {
      for (const reply of [
        { status: 200, body: { value: [] } },
        { status: 403, body: wireError('Forbidden') },
      ]) {
        const { defender } = scripted([{ status: 400, body: replies[0]! }, reply]);
        assert.deepEqual(await defender.submit('restrict', machineId, comment, heldCall()), {
          outcome: 'already running',
          action: undefined,
        });
      }
    });
  });

  it('never puts anything but a device id into the path', async () => {
    for (const id of ['pc1', '', '../machineactions', `${machineId}/offboard?`, `${machineId}\n`]) {
      const { defender, sent } = scripted([]);
      await assert.rejects(defender.submit('restrict', id, comment, heldCall()), hasCode('InvalidInput'));
      assert.equal(sent.length, 0);
    }
  });

  it('measures age from the moment of the call, not of the answer', async () => {
    let time = now;
    const { defender } = scripted([{ status: 201, body: created }], {
      now: () => {
        const at = time;
        time += 10 * 60_000;
        return at;
      },
    });
    assert.equal((await defender.submit('restrict', machineId, comment, heldCall())).outcome, 'created');
  });
});
