import assert from 'node:assert/strict';
import { ceilings, longestWindow } from '../../src/policy/ceilings.js';
import { parsePolicy } from '../../src/policy/load.js';
import {
  allNeeds,
  countWays,
  groupsIn,
  implies,
  impossible,
  isMet,
  jointNeed,
  leastPeople,
  mostApprovals,
  mostWays,
  sameNeed,
  waysOf,
} from '../../src/policy/need.js';
import type { Ceiling, Facts, Need, Policy, RecentRequest } from '../../src/policy/policy.js';
import { progressOf } from '../../src/policy/progress.js';
import { whyNobodyCan } from '../../src/policy/quorum.js';
import { accountsIn, stopRefusal } from '../../src/policy/stoppers.js';
import { machine, person } from '../support.js';

const policy = parsePolicy(
  `version: 1
groups: { soc: [slack:T0HOME:U1, slack:T0HOME:U2], leads: [slack:T0HOME:U2, slack:T0HOME:U3], owners: [slack:T0HOME:U9] }
owners: [owners]
stop: [leads, owners]
rules: [{ name: r, actions: [restrict, release], requesters: [anyone], approvers: [leads] }]
`,
  'policy.yaml',
);

const from = (approvals: number, ...groups: string[]): Need => ({ kind: 'from', groups, approvals });

describe('a ceiling', () => {
  const ceiling = (over: Partial<Ceiling> = {}): Ceiling => ({
    name: 'c',
    per: 'tenant',
    groups: [],
    devices: 2,
    withinMs: 600_000,
    then: 'forbid',
    tell: true,
    ...over,
  });
  const now = 10_000_000;
  const asked = (deviceId: string, user = 'U1', createdAt = now - 1): RecentRequest => ({
    deviceId,
    requesterIds: [`slack:T0HOME:${user}`],
    createdAt,
  });
  const facts = (over: Partial<Facts> = {}): Facts => ({
    action: 'restrict',
    device: machine({ id: 'own' }),
    requester: person('U1'),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C', direct: false },
    comment: '',
    votes: [],
    now,
    recent: [asked('a'), asked('b')],
    ...over,
  });
  const { recent, ...without } = facts();
  const found = (over: Partial<Ceiling>, given: Partial<Facts> = {}, of: Policy = policy) =>
    ceilings({ ...of, ceilings: [ceiling(over)] }, facts(given));
  const devices = (...given: Parameters<typeof found>) => found(...given).crossed.map((each) => each.devices);

  it('is crossed by the device above it and tells the owners', () => {
    const crossed = found({});
    assert.deepEqual(crossed.tell, ['owners']);
    assert.deepEqual(crossed.needs, []);
    assert.equal(
      crossed.forbid,
      'Ceiling “c”: this is device 3 in 10 minutes by everybody together, and more than 2 devices is above it. No more may be asked for now.',
    );
    assert.deepEqual(crossed.crossed, [{ ceiling: ceiling(), devices: 3, whose: 'everybody' }]);
    assert.deepEqual(found({ tell: false }).tell, []);
  });

  it('is not there for releases, below it, for a device asked for already, or for what was long ago', () => {
    const below = { needs: [], tell: [], crossed: [] };
    assert.deepEqual(found({}, { action: 'release' }), below);
    assert.deepEqual(ceilings(policy, without), below);
    assert.deepEqual(found({ devices: 3 }), below);
    assert.deepEqual(found({}, { recent: [asked('a'), asked('own')] }), below);
    assert.deepEqual(found({}, { recent: [asked('a'), asked('b', 'U1', now - 600_000)] }), below);
    assert.deepEqual(devices({}, { recent: [asked('a'), asked('b', 'U1', now - 599_999)] }), [3]);
    assert.deepEqual(devices({}, { askedAt: now + 600_000 }), []);
  });

  it('forbids where it is not known what was asked for', () => {
    assert.deepEqual(ceilings({ ...policy, ceilings: [ceiling()] }, without), {
      needs: [],
      tell: [],
      crossed: [],
      forbid: 'It is not known how many devices were asked for lately.',
    });
  });

  it('asks for more approvals where it says so, and forbids nothing', () => {
    const crossed = found({ then: { from: ['owners'], approvals: 2 }, devices: 1, withinMs: 3_600_000, per: 'person' });
    const because = 'Ceiling “c”: this is device 3 in 1 hour by one person, and more than 1 device is above it.';
    assert.deepEqual(crossed.needs, [{ need: from(2, 'owners'), because }]);
    assert.equal('forbid' in crossed, false);
    const [two] = found({ then: { from: ['owners'], approvals: 1 }, withinMs: 7_200_000 }).needs;
    assert.match(two?.because ?? '', /in 2 hours by everybody/);
    assert.match(found({ withinMs: 60_000 }).forbid ?? '', /in 1 minute by/);
  });

  it('for a person counts what they asked for under any of their accounts', () => {
    const recent = [asked('a'), asked('b', 'UOLD'), asked('c', 'U2')];
    assert.deepEqual(devices({ per: 'person' }, { recent }), []);
    const formerly = { requester: person('U1', { formerly: ['slack:T0HOME:UOLD'] }) };
    assert.deepEqual(devices({ per: 'person' }, { recent, ...formerly }), [3]);
    assert.deepEqual(found({ per: 'person', devices: 1 }, { recent }).crossed[0]?.whose, 'slack:T0HOME:U1');
    const both = { ...asked('b'), requesterIds: ['slack:T0HOME:U7', 'slack:T0HOME:U1'] };
    assert.deepEqual(devices({ per: 'person' }, { recent: [asked('a'), both] }), [3]);
  });

  it('for groups counts their members together, and holds for them alone', () => {
    const of = { per: 'group', groups: ['soc', 'leads'] } as const;
    const recent = [asked('a', 'U2'), asked('b', 'U3'), asked('c', 'U9')];
    const [crossed] = found(of, { recent }).crossed;
    assert.deepEqual([crossed?.devices, crossed?.whose], [3, 'soc,leads']);
    assert.match(found(of, { recent }).forbid ?? '', /by soc and leads together/);
    assert.deepEqual(devices(of, { recent, requester: person('U9') }), []);
  });

  it('takes whoever may be in a group for a member', () => {
    const open = { ...policy, unresolved: new Map([['leads', 'Slack does not answer.']]) };
    const of = { per: 'group', groups: ['soc', 'leads'] } as const;
    assert.deepEqual(devices(of, { requester: person('U9') }, open), [3]);
    assert.deepEqual(devices({ ...of, groups: ['none'] }, {}, open), []);
  });

  it('has to be known as far back as the longest one looks', () => {
    assert.equal(longestWindow(policy), 0);
    const several = [60_000, 90_000, 30_000].map((withinMs) => ceiling({ withinMs }));
    assert.equal(longestWindow({ ceilings: several }), 90_000);
  });
});

describe('those who may stop Cordon', () => {
  it('are members in one of the groups', () => {
    assert.equal(stopRefusal(policy, person('U3')), undefined);
    assert.equal(stopRefusal(policy, person('U9')), undefined);
    assert.equal(stopRefusal(policy, person('U1')), 'u1 is not in leads or owners, whose members may.');
    assert.equal(stopRefusal(policy, person('U3', { standing: 'guest' })), 'u3 is not a member here.');
    assert.match(stopRefusal({ ...policy, stoppers: [] }, person('U3')) ?? '', /names nobody who may.*“stop”/);
    assert.match(stopRefusal({ ...policy, stoppers: ['gone'] }, person('U3')) ?? '', /not in gone/);
  });

  it('are told at each account once', () => {
    const users = accountsIn(policy, ['soc', 'leads', 'gone']).map(({ user }) => user);
    assert.deepEqual(users, ['U1', 'U2', 'U3']);
  });
});

describe('a need at its limits', () => {
  const any = (...parts: Need[]): Need => ({ kind: 'any', parts });
  const all = (...parts: Need[]): Need => ({ kind: 'all', parts });

  it('has as many ways as may be made, and none beyond', () => {
    const ways = (count: number) => any(...Array.from({ length: count }, (_, index) => from(1, `g${index}`)));
    assert.equal(waysOf(ways(mostWays)).length, mostWays);
    assert.deepEqual(waysOf(ways(mostWays + 1)), []);
    assert.equal(countWays(all(ways(3), ways(4))), 12);
    assert.equal(countWays(any(ways(3), ways(4))), 7);
    assert.equal(countWays(all()), 0);
    assert.deepEqual(waysOf(all()), []);
  });

  it('takes as many people as may be asked for, and nobody meets it beyond', () => {
    assert.equal(leastPeople(from(mostApprovals, 'a')), mostApprovals);
    assert.equal(leastPeople(from(mostApprovals + 1, 'a')), undefined);
    for (const count of [-1, 1.5, Number.NaN]) assert.equal(isMet(from(count, 'a'), [['a'], ['a']]), false);
    assert.equal(leastPeople(impossible), undefined);
    assert.equal(isMet(impossible, [['a']]), false);
  });

  it('is met by somebody in any of the groups, and in one way of several', () => {
    assert.equal(isMet(from(1, 'a', 'b'), [['b']]), true);
    assert.equal(isMet(from(1, 'a'), [['b'], []]), false);
    assert.equal(isMet(any(from(2, 'a'), from(1, 'b')), [['b']]), true);
    assert.equal(isMet(all(from(1, 'a'), from(1, 'a')), [['a']]), false);
    assert.equal(isMet(all(from(1, 'ab'), from(1, 'a', 'b')), [['ab'], ['ab']]), false);
  });

  it('follows from another only where each way of that has the places', () => {
    assert.equal(implies(from(2, 'a'), from(1, 'a', 'b')), true);
    assert.equal(implies(from(1, 'a', 'b'), from(1, 'a')), false);
    assert.equal(implies(any(from(1, 'a'), from(1, 'b')), from(1, 'a')), false);
    assert.equal(implies(from(1, 'a'), any(from(1, 'a'), from(1, 'b'))), true);
    assert.equal(implies(from(1), from(1, 'a')), false);
  });

  it('is joined with others without what they contain, and never given up for one that nobody can meet', () => {
    assert.deepEqual(jointNeed([from(1, 'a'), from(2, 'a')]), from(2, 'a'));
    assert.deepEqual(jointNeed([from(1, 'a'), impossible]), all(from(1, 'a'), impossible));
    assert.deepEqual(allNeeds([from(1, 'a')]), from(1, 'a'));
    assert.deepEqual(allNeeds([from(1, 'a'), from(1, 'b')]), all(from(1, 'a'), from(1, 'b')));
    assert.deepEqual(allNeeds([]), all());
    assert.deepEqual(groupsIn(all(from(1, 'a', 'b'), from(1, 'b'))), ['a', 'b']);
  });

  it('is the same in another order, and another one with anything else', () => {
    assert.ok(sameNeed(from(1, 'a', 'b'), from(1, 'b', 'a', 'b')));
    assert.ok(sameNeed(any(from(1, 'a'), from(2, 'b')), any(from(2, 'b'), from(1, 'a'))));
    const different = [from(1, 'a'), from(2, 'a'), from(1, 'b'), any(from(1, 'a')), all(from(1, 'a')), all()];
    for (const [index, a] of different.entries()) {
      for (const [other, b] of different.entries()) assert.equal(sameNeed(a, b), index === other);
    }
  });

  it('that nobody can meet is told as such, and one with many ways with the first three', () => {
    const nobody = 'nobody can approve it';
    assert.deepEqual(progressOf(impossible, []), { met: false, short: nobody, tally: 'No approval', missing: nobody });
    assert.deepEqual(progressOf(from(1, 'a'), [['a']]), {
      met: true,
      short: '1 of 1',
      tally: '1 of 1 approval',
      missing: '',
    });
    const four = any(from(1, 'a'), from(1, 'b'), from(1, 'c'), from(1, 'd'));
    assert.equal(progressOf(four, []).missing, 'needs one more from a, or one more from b, or one more from c');
  });
});

describe('why nobody could approve', () => {
  const why = (need: Need, needed: number | undefined, ownApproval = false, requester = 'U1', of = policy) =>
    whyNobodyCan(of, { rule: { name: 'r' }, need, needed, ownApproval }, person(requester));

  it('is that the rule does not say, or names nobody', () => {
    assert.equal(why(impossible, undefined), 'Rule “r” does not say how many approvals it needs.');
    assert.equal(why(from(0), 0), undefined);
    assert.equal(why(from(1), 1), 'Rule “r” needs 1 approval and names nobody who could approve.');
    assert.equal(why(from(1, 'gone'), 1), 'Nobody can approve: the policy names no people in gone.');
  });

  it('is that too few are there besides whoever asked', () => {
    const needs = 'Rule “r” needs 2 approvals from';
    const besides = 'who asked,';
    assert.equal(
      why(from(2, 'owners'), 2, false, 'U9'),
      `${needs} owners, and besides u9, ${besides} nobody is there.`,
    );
    assert.equal(why(from(2, 'soc'), 2), `${needs} soc, and besides u1, ${besides} only 1 person is there.`);
    assert.match(why(from(3, 'leads'), 3) ?? '', /only 2 people are there\.$/);
    assert.equal(why(from(2, 'soc'), 2, true), undefined);
    assert.equal(why(from(2, 'leads', 'gone'), 2), undefined);
  });

  it('is not known where a group is not', () => {
    const open = { ...policy, unresolved: new Map([['leads', 'Slack does not answer.']]) };
    assert.equal(why(from(3, 'leads'), 3, false, 'U1', open), undefined);
  });
});
