import assert from 'node:assert/strict';
import crossFetch from 'cross-fetch';
import { standInMachine, startDefender } from '../../sandbox/defender.js';
import { createDefenderClient } from '../../src/defender/client.js';
import { cancelComment, commentLimit, mentionsRequest } from '../../src/defender/comment.js';
import {
  actionId,
  clientOptions,
  failure,
  heldCall,
  machineId,
  now,
  scripted,
  wireAction,
  wireError,
} from './support.js';

describe('cancelling an action', () => {
  it('posts the comment once and gives the action as Defender has it then', async () => {
    const body = wireAction({ status: 'Cancelled', cancellationComment: 'wrong device' });
    const { defender, sent } = scripted([{ status: 200, body }]);
    const action = await defender.cancelAction(actionId, 'wrong device', heldCall());
    assert.equal(action.status, 'Cancelled');
    assert.equal(action.cancellationComment, 'wrong device');
    assert.deepEqual(
      sent.map(({ method, path, body: posted }) => [method, path, posted]),
      [['POST', `/api/machineactions/${actionId}/cancel`, { Comment: 'wrong device' }]],
    );
  });

  it('says which permission is missing, and that a 4xx changed nothing', async () => {
    const forbidden = await failure(
      scripted([{ status: 403, body: wireError('Forbidden') }]).defender.cancelAction(actionId, 'x', heldCall()),
    );
    assert.equal(forbidden.taken, 'no');
    assert.match(forbidden.userText, /not allowed to cancel the action.*Machine\.RestrictExecution/);
  });

  it('never repeats a call whose answer was lost: that is for the caller to decide', async () => {
    for (const reply of [{ status: 500, body: wireError('InternalServerError') }, new Error('socket hang up')]) {
      const { defender, sent } = scripted([reply]);
      assert.equal((await failure(defender.cancelAction(actionId, 'x', heldCall()))).taken, 'unknown');
      assert.equal(sent.length, 1);
    }
  });

  it('takes a success without an action for a lost answer', async () => {
    for (const body of [{}, []]) {
      const error = await failure(scripted([{ status: 200, body }]).defender.cancelAction(actionId, 'x', heldCall()));
      assert.equal(error.code, 'no_action_id');
      assert.equal(error.taken, 'unknown');
    }
  });

  it('lets no id lead to another path', async () => {
    const { defender, sent } = scripted([]);
    assert.equal((await failure(defender.cancelAction('../machines/x', 'x', heldCall()))).code, 'InvalidInput');
    assert.equal(sent.length, 0);
  });

  it('stops an action of the stand-in, and is refused for one that has ended', async () => {
    const standIn = await startDefender({
      machines: [standInMachine({ id: machineId })],
      now: () => now,
      validToken: () => true,
    });
    try {
      const defender = createDefenderClient({ ...clientOptions(), fetch: crossFetch, baseUrl: standIn.url });
      const { action } = await defender.submit('restrict', machineId, 'beacon', heldCall());
      assert.ok(action);
      const after = await defender.cancelAction(action.id, 'wrong device', heldCall());
      assert.deepEqual([after.id, after.status, after.cancellationComment], [action.id, 'Cancelled', 'wrong device']);
      assert.equal((await failure(defender.cancelAction(action.id, 'again', heldCall()))).status, 400);
      assert.equal((await failure(defender.cancelAction(actionId, 'no such action', heldCall()))).status, 404);
    } finally {
      await standIn.close();
    }
  });
});

describe('the comment of a cancellation', () => {
  const parts = { requestId: '7K3M9Q2X', by: 'bob (UBOB)', reason: 'wrong device' };

  it('says whose request, why, and who wished it', () => {
    assert.equal(cancelComment(parts), '[Cordon 7K3M-9Q2X] wrong device Cancelled by bob (UBOB).');
    assert.equal(cancelComment({ ...parts, reason: undefined }), '[Cordon 7K3M-9Q2X] Cancelled by bob (UBOB).');
  });

  it('keeps the mark and the name however long the reason is', () => {
    const written = cancelComment({ ...parts, reason: 'x\n'.repeat(5_000) });
    assert.equal(written.length, commentLimit);
    assert.ok(mentionsRequest(written, parts.requestId));
    assert.ok(written.endsWith('… Cancelled by bob (UBOB).'));
  });
});
