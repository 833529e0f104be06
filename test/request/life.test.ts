import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isFinal,
  next,
  openStates,
  requestEvents,
  type RequestEvent,
  type RequestState,
  requestStates,
  runningStates,
} from '../../src/request/life.js';

/** Applies events as the store does: one that means nothing changes nothing. Gives every state passed through. */
function live(sequence: readonly RequestEvent[]): RequestState[] {
  const path: RequestState[] = ['awaiting approval'];
  for (const event of sequence) {
    const state = path.at(-1)!;
    path.push(next(state, event) ?? state);
  }
  return path;
}

const anyLife = fc.array(fc.constantFrom(...requestEvents), { maxLength: 40 });

describe('the life of a Request', () => {
  it('reaches "succeeded" only from "submitted", and that only by way of "approved", "queued" and "sending", unless Defender had such an action already', () => {
    fc.assert(
      fc.property(anyLife, (sequence) => {
        const path = live(sequence);
        const at = (state: RequestState): number => path.indexOf(state);
        if (at('succeeded') >= 0) {
          const way = (['awaiting approval', 'approved', 'queued', 'sending', 'submitted', 'succeeded'] as const)
            .filter((state) => state !== 'sending' || !sequence.includes('adopt'))
            .map(at);
          assert.ok(way.every((position) => position >= 0));
          assert.deepEqual(
            way,
            [...way].sort((a, b) => a - b),
          );
        }
      }),
    );
  });

  it('never leaves a final state', () => {
    fc.assert(
      fc.property(anyLife, (sequence) => {
        const path = live(sequence);
        const end = path.findIndex(isFinal);
        if (end >= 0) assert.ok(path.slice(end).every((state) => state === path[end]));
      }),
    );
  });

  it('never sends anything after it was denied, expired, withdrawn or refused', () => {
    fc.assert(
      fc.property(anyLife, (sequence) => {
        const path = live(sequence);
        const end = path.findIndex((state) => ['denied', 'expired', 'withdrawn', 'refused'].includes(state));
        if (end >= 0) assert.ok(!path.slice(end).includes('sending'));
      }),
    );
  });

  it('goes these ways and no others', () => {
    const ways: Readonly<Record<string, readonly string[]>> = {
      approve: ['awaiting approval > approved'],
      deny: ['awaiting approval > denied'],
      expire: ['awaiting approval > expired'],
      withdraw: ['awaiting approval > withdrawn', 'approved > withdrawn', 'queued > withdrawn'],
      refuse: ['awaiting approval > refused', 'approved > refused', 'queued > refused'],
      queue: ['approved > queued'],
      reopen: ['approved > awaiting approval', 'queued > awaiting approval'],
      cancel: [
        'approved > cancelled',
        'queued > cancelled',
        'sending > cancelled',
        'unknown > cancelled',
        'submitted > cancelled',
      ],
      send: ['queued > sending'],
      adopt: ['queued > submitted'],
      rehearse: ['queued > rehearsed'],
      submit: ['sending > submitted', 'unknown > submitted'],
      reject: ['sending > failed'],
      requeue: ['sending > queued', 'unknown > queued'],
      lose: ['sending > unknown'],
      succeed: ['submitted > succeeded'],
      fail: ['submitted > failed'],
      'time out': ['submitted > timed out'],
    };
    const found = requestEvents.map((event) => {
      const steps = requestStates.map((state) => [state, next(state, event)] as const);
      return [event, steps.filter(([, to]) => to !== undefined).map(([from, to]) => `${from} > ${to ?? ''}`)];
    });
    assert.deepEqual(Object.fromEntries(found), ways);
  });

  it('may be under way in Defender while it is sent, in doubt or taken, and is over in nine states', () => {
    assert.deepEqual([...runningStates].sort(), ['sending', 'submitted', 'unknown']);
    const over = ['cancelled', 'denied', 'expired', 'failed', 'refused', 'rehearsed', 'succeeded', 'timed out'];
    assert.deepEqual(requestStates.filter(isFinal).sort(), [...over, 'withdrawn']);
    assert.deepEqual([...openStates].sort(), requestStates.filter((state) => !isFinal(state)).sort());
  });

  it('enters "sending" only from "queued"', () => {
    for (const state of requestStates) {
      for (const event of requestEvents) if (next(state, event) === 'sending') assert.equal(state, 'queued');
    }
  });

  it('can be cancelled from the approval to the end', () => {
    const cancellable = requestStates.filter((state) => next(state, 'cancel') !== undefined);
    assert.deepEqual(cancellable, ['approved', 'queued', 'sending', 'unknown', 'submitted']);
  });

  it('can be withdrawn until the call is being sent, and not after', () => {
    const withdrawable = requestStates.filter((state) => next(state, 'withdraw') !== undefined);
    assert.deepEqual(withdrawable, ['awaiting approval', 'approved', 'queued']);
  });

  it('leaves a way out of every state that is not final', () => {
    for (const state of openStates)
      assert.ok(
        requestEvents.some((event) => next(state, event) !== undefined),
        state,
      );
  });
});
