import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Committed, commitmentOf, committed, tampering } from '../../src/request/commitment.js';
import { PlatformError } from '../../src/platform.js';
import { Harness, standardPolicy } from '../harness.js';
import { request, vote } from '../store/examples.js';
import { openRaw, type RawStore } from '../store/raw.js';
import { machine, person } from '../support.js';

describe('the commitment of a Request', () => {
  it('is SHA-256 over canonical JSON: names in order, no white space, no field that is undefined', () => {
    const json =
      '{"action":"restrict","approvers":["leads"],"comment":"ransomware note on the desktop","device":' +
      `${JSON.stringify(machine().id)},"duration":null,"expiresAt":9000,"policy":"f00d","quorum":2,` +
      '"request":"7K3M9Q2X","requester":"slack:T0HOME:URIA","revision":1,"rule":"workstations","v":1}';
    assert.equal(commitmentOf(request()), createHash('sha256').update(json).digest('hex'));
    assert.match(commitmentOf(request({ quorum: undefined })), /^[0-9a-f]{64}$/);
  });

  const others: Readonly<Record<keyof Committed, Partial<Committed>>> = {
    id: { id: '7K3M9Q2Y' },
    revision: { revision: 2 },
    requester: { requester: person('UMAL') },
    device: { device: machine({ id: 'e'.repeat(40) }) },
    action: { action: 'release' },
    comment: { comment: 'ransomware note on the desktop ' },
    policyRevision: { policyRevision: 'beef' },
    rule: { rule: 'servers' },
    quorum: { quorum: 1 },
    dryRun: { dryRun: true },
    need: { need: { kind: 'from', groups: ['leads'], approvals: 2 } },
    approvers: { approvers: ['leads', 'others'] },
    expiresAt: { expiresAt: 9_001 },
  };
  for (const [field, over] of Object.entries(others)) {
    it(`is another one for another ${field}, and the Request is seen to be tampered with`, () => {
      assert.notEqual(commitmentOf({ ...request(), ...over }), commitmentOf(request()));
      assert.match(tampering({ ...request(), ...over }) ?? '', /not what was asked for/);
    });
  }

  it('is the same for two Requests only where what is approved is the same', () => {
    const any = fc.record({
      comment: fc.string(),
      rule: fc.string(),
      quorum: fc.option(fc.nat(3), { nil: undefined }),
      expiresAt: fc.nat(),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        return same === (commitmentOf({ ...request(), ...a }) === commitmentOf({ ...request(), ...b }));
      }),
    );
  });

  it('is looked for on the Request and on every vote', () => {
    const { commitment, ...without } = request();
    assert.ok(commitment);
    const on = (over: object) => committed({ ...request(), votes: [vote('UANN', over)] });
    assert.equal(tampering(on({ commitment })), undefined);
    assert.match(tampering(without) ?? '', /without the hash/);
    assert.match(tampering(on({})) ?? '', /vote of uann/i);
    assert.match(tampering(on({ commitment: commitmentOf(request({ comment: 'other' })) })) ?? '', /vote of uann/i);
  });
});

describe('somebody who edits the database', () => {
  let raw: RawStore;
  let cordon: Harness;
  const two = standardPolicy.replace('approvals: 1', 'approvals: 2');
  beforeEach(async () => {
    raw = await openRaw();
    cordon = await Harness.over(raw.store, two);
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  });
  afterEach(() => cordon.store.close());

  const editBody = async (over: object): Promise<void> => {
    const { id } = await cordon.request();
    const { body } = raw.database.prepare('select body from request where id = ?').get(id) as { body: string };
    const edited = JSON.stringify({ ...(JSON.parse(body) as object), ...over });
    raw.database.prepare('update request set body = ? where id = ?').run(edited, id);
  };
  const stopped = async (words: RegExp): Promise<void> => {
    const { id, state, failure } = await cordon.request();
    assert.equal(state, 'refused');
    assert.match(failure!.text, words);
    assert.match(failure!.text, /Tell whoever runs Cordon/);
    assert.deepEqual(cordon.defender.submitted, []);
    const record = await cordon.store.auditOf({ requestId: id }, 50);
    assert.equal(record.filter(({ what }) => what === 'request.tampered').length, 1);
    assert.match(cordon.thread().at(-1)!, /refused/);
  };

  const edits: Readonly<Record<string, () => object>> = {
    'another device': () => ({ device: machine({ id: 'e'.repeat(40) }) }),
    'another requester, so that the first one may approve': () => ({ requester: person('UOTHER') }),
    'the opposite action': () => ({ action: 'release' }),
    'another comment': () => ({ comment: 'nothing to see' }),
    'a lower quorum': () => ({ quorum: 1 }),
    'no quorum': () => ({ quorum: undefined }),
    'a later expiry': () => ({ expiresAt: cordon.clock + 10 * 86_400_000 }),
    'another rule': () => ({ rule: 'none' }),
    'no commitment': () => ({ commitment: undefined }),
  };
  for (const [name, over] of Object.entries(edits)) {
    it(`and stores ${name} gets no vote counted`, async () => {
      await cordon.press('UAPP1', 'Approve');
      await editBody(over());
      const text = `approve ${(await cordon.request()).id}`;
      await cordon.say('UAPP2', text);
      await stopped(/what was asked for|without the hash/);
    });
  }

  it('is not meant where a request was stored by a version without the hash: it is refused, and says so', async () => {
    await editBody({ commitment: undefined });
    await cordon.say('UAPP1', `approve ${(await cordon.request()).id}`);
    const { state, failure } = await cordon.request();
    assert.equal(state, 'refused');
    assert.match(failure?.text ?? '', /by an earlier version of Cordon, or by somebody who changed its records\.$/);
  });

  it('and stores a vote that nobody cast gets nothing sent', async () => {
    const { id } = await cordon.request();
    await cordon.press('UAPP1', 'Approve');
    raw.database.exec(`insert into vote (request_id, revision, person_id, decision, at, person)
      select request_id, revision, 'slack:T0HOME:UAPP2', decision, at, replace(person, 'UAPP1', 'UAPP2') from vote`);
    assert.equal((await cordon.request()).votes.length, 2);
    await editBody({ state: 'queued', queuedAt: cordon.clock, dueAt: cordon.clock });
    raw.database
      .prepare(`update request set state = 'queued', due_at = ?, line_at = 1 where id = ?`)
      .run(cordon.clock, id);
    await cordon.settle();
    await stopped(/stored vote of uapp1|stored vote of uapp2/i);
  });

  it('and makes one queued whose votes do not suffice gets nothing sent', async () => {
    const { id } = await cordon.request();
    await cordon.press('UAPP1', 'Approve');
    await editBody({ state: 'queued' });
    raw.database.prepare(`update request set state = 'queued', due_at = ? where id = ?`).run(cordon.clock, id);
    await cordon.settle();
    assert.equal((await cordon.request()).state, 'refused');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('between the last approval and the call is noticed just before the call', async () => {
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(1_200_000);
    const down = new PlatformError('later', 'slack_down', 'no answer');
    cordon.slack.fail = (operation, user) => (operation === 'lookUp' && user === 'UAPP1' ? down : undefined);
    await cordon.press('UAPP2', 'Approve');
    assert.equal((await cordon.request()).state, 'queued');
    await editBody({ device: machine({ id: 'e'.repeat(40) }) });
    cordon.slack.fail = () => undefined;
    await cordon.advance(60_000);
    await stopped(/what was asked for/);
  });
});
