import assert from 'node:assert/strict';
import { impossible } from '../../src/policy/need.js';
import type { Need, Verdict } from '../../src/policy/policy.js';
import { changedTerms, endOfTerms, termsOf } from '../../src/request/terms.js';
import { request } from '../store/examples.js';

const need: Need = { kind: 'from', groups: ['leads', 'owners'], approvals: 2 };

function verdict(over: Partial<Verdict> = {}): Verdict {
  return {
    decision: 'needs approvals',
    rule: 'workstations',
    need,
    needed: 2,
    progress: '0 of 2: needs 2 from leads',
    unresolved: [],
    counted: [],
    votes: [],
    approvers: ['leads', 'owners'],
    extra: ['Ceiling.'],
    expiryMs: 8_000,
    announce: { origin: true, approvers: false, channels: [] },
    policyRevision: 'f00d',
    reason: { what: 'Decision', outcome: 'waiting', because: '0 of 2 approvals.', parts: [] },
    ...over,
  };
}

const asked = request({ need, approvers: ['leads', 'owners'] });

describe('the terms of a Request', () => {
  it('are what the policy asks for, and its time begins when the Request is made', () => {
    assert.deepEqual(termsOf(verdict(), 1_000), {
      rule: 'workstations',
      policyRevision: 'f00d',
      quorum: 2,
      need,
      extra: ['Ceiling.'],
      progress: '0 of 2: needs 2 from leads',
      approvers: ['leads', 'owners'],
      expiresAt: 9_000,
    });
    assert.equal(termsOf(verdict({ rule: undefined, need: impossible }), 0).rule, '');
  });

  it('end where no number was stored or the policy forbids it, in the words of the part that says no', () => {
    assert.equal(endOfTerms(asked, verdict()), undefined);
    assert.equal(endOfTerms(asked, verdict({ decision: 'approved' })), undefined);
    assert.equal(
      endOfTerms(request({ quorum: undefined }), verdict()),
      'It was stored without a number of approvals, so no vote can decide it.',
    );
    const no = { what: 'Decision', outcome: 'no', because: 'No.' } as const;
    const parts = ['First.', 'Second.'].map((because) => ({ what: 'Rule', outcome: 'no', because }) as const);
    assert.equal(endOfTerms(asked, verdict({ decision: 'forbidden', reason: { ...no, parts } })), 'First. Second.');
    assert.equal(endOfTerms(asked, verdict({ decision: 'forbidden', reason: { ...no, outcome: 'waiting' } })), 'No.');
  });

  it('have not changed where the policy asks for the same in another order', () => {
    assert.equal(changedTerms(asked, verdict()), undefined);
    const turned: Need = { ...need, groups: ['owners', 'leads'] };
    assert.equal(changedTerms(asked, verdict({ need: turned, approvers: ['owners', 'leads'] })), undefined);
    assert.equal(changedTerms(request({ approvers: ['leads', 'owners'] }), verdict()), undefined);
  });

  const others: Readonly<Record<string, readonly [Partial<Verdict>, string]>> = {
    'another rule': [{ rule: 'servers' }, 'rule “workstations” wanted 2, now rule “servers” wants 2.'],
    'another number': [{ needed: 3 }, 'rule “workstations” wanted 2, now rule “workstations” wants 3.'],
    'another need': [
      { need: { ...need, groups: ['leads'] } },
      'it took 2 approvals from leads or owners, now it takes 2 approvals from leads.',
    ],
    'more groups': [
      { approvers: ['leads', 'owners', 'x'] },
      'leads or owners could approve, now leads or owners or x may.',
    ],
    'another group': [{ approvers: ['leads', 'x'] }, 'leads or owners could approve, now leads or x may.'],
    'no group': [{ approvers: [] }, 'leads or owners could approve, now nobody may.'],
    'another time': [{ expiryMs: 8_001 }, 'the time for approvals is another.'],
  };
  for (const [name, [over, words]] of Object.entries(others)) {
    it(`have changed with ${name}, and it says how`, () => {
      assert.equal(
        changedTerms(asked, verdict(over)),
        `What the policy asks for has changed since it was asked: ${words} Ceiling.`,
      );
    });
  }

  it('have changed where no number was stored', () => {
    assert.match(
      changedTerms(request({ quorum: undefined }), verdict()) ?? '',
      /wanted no number that was stored, now/,
    );
  });
});
