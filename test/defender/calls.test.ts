import assert from 'node:assert/strict';
import { Response } from 'cross-fetch';
import { failure, heldCall, machineId, now, scripted, wireAction, wireError } from './support.js';

const comment = 'Ransomware on pc1';
const unauthorized = { status: 401, body: wireError('Unauthorized') };

describe('a call of the quota', () => {
  it('is ended after the answer, not before', async () => {
    const held = heldCall();
    let endedEarly = false;
    const { defender } = scripted([], {
      fetch: () => {
        endedEarly = held.done.called;
        return Promise.resolve(new Response(JSON.stringify(wireAction()), { status: 201 }));
      },
    });
    await defender.submit('restrict', machineId, comment, held);
    assert.ok(held.done.called && !endedEarly);
  });

  it('is ended after a failure as well, and where there was no token to send it with', async () => {
    const [lost, unsent] = [heldCall(), heldCall()];
    await failure(scripted([new Error('socket hang up')]).defender.submit('restrict', machineId, comment, lost));
    const { defender, sent } = scripted([], { token: () => Promise.reject(new Error('no token')) });
    await assert.rejects(defender.submit('restrict', machineId, comment, unsent), /no token/);
    assert.ok(lost.done.called && unsent.done.called);
    assert.equal(sent.length, 0);
  });

  it('does not leave after its time, and says that nothing was sent', async () => {
    const { defender, sent } = scripted([{ status: 201, body: wireAction() }]);
    const error = await failure(defender.submit('restrict', machineId, comment, heldCall(now - 1)));
    assert.deepEqual([error.code, error.taken, error.status, sent.length], ['too_late', 'no', undefined, 0]);
    assert.equal((await defender.submit('restrict', machineId, comment, heldCall(now))).outcome, 'created');
  });

  it('is taken again for a submission after a 401, and leaves no later than the first might', async () => {
    const { defender, options } = scripted([unauthorized, { status: 201, body: wireAction() }]);
    const held = heldCall(now + 3_000);
    await defender.submit('restrict', machineId, comment, held);
    assert.deepEqual(options.gate.args, [['restrictCodeExecution', { withinMs: 3_000 }]]);
    assert.ok(held.done.called && options.taken[0]!.done.called);

    let time = now;
    const late = scripted([unauthorized], {
      now: () => time,
      gate: () => {
        time += 3_001;
        return Promise.resolve(heldCall());
      },
    });
    const error = await failure(late.defender.submit('restrict', machineId, comment, heldCall(now + 3_000)));
    assert.deepEqual([error.code, error.taken, late.sent.length], ['too_late', 'no', 1]);
  });
});
