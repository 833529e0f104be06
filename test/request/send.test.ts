import assert from 'node:assert/strict';
import sinon from 'sinon';
import { DefenderError } from '../../src/defender/errors.js';
import { displayId } from '../../src/request/request.js';
import { plain } from '../../src/view/model.js';
import { createDispatcher } from '../../src/work/dispatch.js';
import { createIntake } from '../../src/work/intake.js';
import { Harness } from '../harness.js';
import { machine } from '../support.js';
import { unqueue } from './unqueue.js';

const lostAnswer = new DefenderError('timed_out', 'no answer', { taken: 'unknown', userText: 'No answer.' });
const serverError = new DefenderError('InternalServerError', 'x', {
  status: 500,
  taken: 'unknown',
  userText: 'Defender has a fault.',
});

describe('sending and following', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  });
  afterEach(() => cordon.store.close());

  const approve = (): Promise<void> => cordon.press('UAPP1', 'Approve');
  const story = (): string => [...cordon.thread(), ...cordon.texts({ to: 'UREQ' })].join('\n');

  it('sends the comment with requester, approver and request id', async () => {
    await approve();
    const [{ comment, machineId, kind }] = cordon.defender.submitted as [(typeof cordon.defender.submitted)[0]];
    const { id } = await cordon.request();
    assert.equal(kind, 'restrict');
    assert.equal(machineId, machine().id);
    for (const part of ['beacon', 'ureq', 'uapp1', displayId(id)]) assert.ok(comment.includes(part), part);
  });

  it('waits, and is not refused, while nobody can tell who is in the group of those who approved', async () => {
    await cordon.accept('UAPP1', { kind: 'press', token: cordon.token('Approve') });
    const intake = createIntake(cordon.context);
    await intake.tick();
    await intake.idle();
    assert.equal((await cordon.request()).state, 'queued');
    const known = cordon.policy;
    const because = 'Cordon cannot tell who is in the Entra group G: Graph is down.';
    const groups = new Map([...known.groups, ['leads', []] as const]);
    cordon.policy = { ...known, groups, unresolved: new Map([['leads', because]]) };
    await cordon.settle();
    assert.equal((await cordon.request()).state, 'queued');
    assert.deepEqual(cordon.defender.submitted, []);
    assert.match(story(), /Not sent yet.*Entra group G: Graph is down/);
    cordon.policy = known;
    await cordon.advance(15_000);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('says "restricted" only when Defender says Succeeded, whatever came before (bug 1)', async () => {
    await approve();
    assert.doesNotMatch(story(), /is restricted/);
    assert.match(story(), /Submitted to Defender.*has not confirmed/);
    cordon.defender.setStatus('InProgress');
    await cordon.advance(5_000);
    assert.doesNotMatch(story(), /is restricted/);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'succeeded');
    assert.match(cordon.thread().at(-1)!, /app execution is restricted/);
    assert.match(cordon.texts({ to: 'UREQ' }).at(-1)!, /app execution is restricted/);
    assert.equal(cordon.cards()[0]?.card.state, 'succeeded');
  });

  for (const [status, state, words] of [
    ['Failed', 'failed', /failed/],
    ['TimeOut', 'timed out', /timed out/],
    ['Cancelled', 'cancelled', /cancelled in Defender by admin@contoso\.com/],
  ] as const) {
    it(`ends as "${state}" when Defender says ${status}, and never says restricted`, async () => {
      await approve();
      cordon.defender.setStatus(status, { cancellationRequestor: 'admin@contoso.com' });
      await cordon.advance(5_000);
      assert.equal((await cordon.request()).state, state);
      assert.match(cordon.thread().at(-1)!, words);
      assert.doesNotMatch(story(), /is restricted/);
    });
  }

  it('changes nothing any more after the end: neither a late answer of Defender nor a withdrawal (bug 13)', async () => {
    await approve();
    cordon.defender.setStatus('Cancelled');
    await cordon.advance(5_000);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(600_000);
    const { id, state } = await cordon.request();
    assert.equal(state, 'cancelled');
    assert.doesNotMatch(story(), /is restricted/);
    await cordon.say('UREQ', `withdraw ${id}`);
    assert.equal((await cordon.request()).state, 'cancelled');
    assert.match(cordon.texts({ to: 'UREQ' }).at(-1)!, /was not withdrawn/);
  });

  it('takes an unknown status for "still open" and passes it on', async () => {
    await approve();
    cordon.defender.setStatus('Hibernating');
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.match(cordon.thread().at(-1)!, /Defender: Hibernating/);
  });

  it('waits for an action that Defender does not list yet', async () => {
    await approve();
    const [action] = cordon.defender.actions;
    cordon.defender.actions = [];
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'submitted');
    cordon.defender.actions = [{ ...action!, status: 'Succeeded' }];
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'succeeded');
  });

  it('says that an absent device will follow when it returns', async () => {
    const other = await Harness.open();
    other.defender.machines = [machine({ healthStatus: 'Inactive' })];
    await other.say('UREQ', 'restrict mymachine1 x');
    await other.press('UAPP1', 'Approve');
    assert.match(other.thread().join('\n'), /Inactive, last report .*will apply when the device returns/);
    await other.store.close();
  });

  it('tells people after three days without a result, once', async () => {
    await approve();
    await cordon.advance(3 * 86_400_000);
    await cordon.advance(3_600_000);
    assert.equal(cordon.thread().filter((text) => text.includes('no result for 3 days')).length, 1);
    assert.equal((await cordon.request()).state, 'submitted');
  });

  it('adopts the running action of somebody else and says whose it is (bug 11)', async () => {
    const action = cordon.defender.make('restrict', machine().id, 'done in the portal', {
      requestor: 'admin@contoso.com',
    });
    cordon.defender.answers = [{ outcome: 'already running', action }];
    await approve();
    const request = await cordon.request();
    assert.equal(request.state, 'submitted');
    assert.equal(request.adopted, true);
    assert.match(cordon.thread().at(-1)!, /requested by admin@contoso\.com[\s\S]*> done in the portal/);
  });

  it('looks for the running action when Defender says "in progress" but names none', async () => {
    cordon.defender.answers = [{ outcome: 'already running', action: undefined }];
    await approve();
    assert.equal((await cordon.request()).state, 'sending');
    cordon.defender.make('restrict', machine().id, 'done in the portal');
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('ends as failed when Defender refuses the call, with its reason', async () => {
    cordon.defender.answers = [
      new DefenderError('Forbidden', 'x', { status: 403, taken: 'no', userText: 'Grant Machine.RestrictExecution.' }),
    ];
    await approve();
    assert.equal((await cordon.request()).state, 'failed');
    assert.match(cordon.thread().at(-1)!, /failed\. Grant Machine\.RestrictExecution\./);
  });

  it('finds a call again whose answer was lost, and sends nothing twice (bug 19)', async () => {
    cordon.defender.answers = [
      (comment) => {
        cordon.defender.make('restrict', machine().id, comment);
        return lostAnswer;
      },
    ];
    await approve();
    assert.equal((await cordon.request()).state, 'sending');
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.equal(cordon.defender.submitted.length, 1);
    assert.match(cordon.thread().join('\n'), /not known[\s\S]*The call had arrived/);
  });

  it('sends a lost call again only after the settle time without a trace of it', async () => {
    cordon.defender.answers = [lostAnswer];
    await approve();
    for (let passed = 0; passed < 55_000; passed += 5_000) await cordon.advance(5_000);
    assert.equal(cordon.defender.submitted.length, 1);
    await cordon.advance(10_000);
    assert.equal(cordon.defender.submitted.length, 2);
    assert.equal((await cordon.request()).state, 'submitted');
  });

  it('looks for a call whose sender broke in the midst of it, and sends no other (bug 19)', async () => {
    cordon.defender.answers = [
      (comment) => {
        cordon.defender.make('restrict', machine().id, comment);
        return new Error('nothing that Defender says');
      },
    ];
    await approve();
    assert.equal((await cordon.request()).state, 'sending');
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('says that nobody can tell when Defender cannot be asked, sends nothing, and goes on asking', async () => {
    cordon.defender.answers = [serverError];
    cordon.defender.listFails = serverError;
    await approve();
    for (let passed = 0; passed < 1_000_000; passed += 60_000) await cordon.advance(60_000);
    assert.equal((await cordon.request()).state, 'unknown');
    assert.match(story(), /cannot tell/);
    cordon.defender.listFails = undefined;
    await cordon.advance(400_000);
    assert.equal(cordon.defender.submitted.length, 1, 'only a person has it sent again');
  });

  describe('when the quota is used up', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers({ now: cordon.clock, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    });
    afterEach(() => {
      clock.restore();
    });

    /** Lets time pass second by second while the loops work. */
    const pass = async (seconds: number, until: Promise<void>): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        cordon.clock += 1_000;
        await clock.tickAsync(1_000);
      }
      await until;
    };

    it('says how many calls are ahead and when it will leave, and leaves then', async () => {
      for (let call = 0; call < 100; call += 1) {
        await (await cordon.context.throttle.take('restrictCodeExecution')).done();
      }
      const asked = cordon.clock;
      await cordon.accept('UAPP1', { kind: 'press', token: cordon.token('Approve') });
      await pass(70, cordon.settle());
      assert.equal(cordon.defender.submitted.length, 1);
      const { queuedAt, sentAt, estimate } = await cordon.request();
      assert.equal(queuedAt, asked);
      assert.equal(estimate?.at, asked + 60_020);
      assert.ok(sentAt! >= estimate.at && sentAt! <= estimate.at + 2_000, `sent after ${sentAt! - asked} ms`);
      assert.match(cordon.thread().join('\n'), /call limit is used up.*expected to leave about 2026-11-23T09:01:00/);
    });

    it('keeps its place after a 429 and sends when the pause is over', async () => {
      cordon.defender.answers = [
        async () => {
          await cordon.context.throttle.throttled('restrictCodeExecution', 8_000);
          return new DefenderError('TooManyRequests', 'quota', {
            status: 429,
            taken: 'no',
            retryAfterMs: 8_000,
            userText: 'Quota.',
          });
        },
      ];
      const asked = cordon.clock;
      await cordon.accept('UAPP1', { kind: 'press', token: cordon.token('Approve') });
      await pass(12, cordon.settle());
      assert.equal(cordon.defender.submitted.length, 2);
      const { state, sentAt } = await cordon.request();
      assert.equal(state, 'submitted');
      assert.ok(sentAt! - asked >= 8_000);
      assert.match(cordon.thread().join('\n'), /call limit is used up.*2026-11-23T09:00:08/);
    });
  });

  it('sends the opposite action only after the running one has ended', async () => {
    await approve();
    await cordon.say('UREQ', 'release mymachine1 cleaned');
    const token = cordon.cards()[1]!.card.buttons[0]!.token;
    await cordon.accept('UAPP1', { kind: 'press', token });
    await cordon.settle();
    assert.deepEqual(
      cordon.defender.submitted.map(({ kind }) => kind),
      ['restrict'],
    );
    const first = cordon.cards()[0]!.card.requestId;
    const waiting = cordon.cards()[1]!;
    assert.match(plain(waiting.card.status), new RegExp(`waiting for ${first} on the same device`));
    assert.match(cordon.texts({ thread: waiting.sent.ref.message }).at(-1)!, /has to end first/);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(10_000);
    assert.deepEqual(
      cordon.defender.submitted.map(({ kind }) => kind),
      ['restrict', 'release'],
    );
  });

  it('keeps the order of the approvals for one device, though the process that had to queue the first has died', async () => {
    await cordon.say('UREQ', 'release mymachine1 cleaned');
    const [restrict, release] = cordon.cards().map(({ card }) => card.buttons[0]!.token);
    const press = async (token: string | undefined): Promise<void> => {
      await cordon.accept('UAPP1', { kind: 'press', token: token ?? '' });
      const intake = createIntake(cordon.context);
      await intake.tick();
      await intake.idle();
    };
    const dispatch = async (): Promise<void> => {
      const dispatcher = createDispatcher(cordon.context);
      await dispatcher.tick();
      await dispatcher.idle();
    };
    const sent = (): string[] => cordon.defender.submitted.map(({ kind }) => kind);

    await press(restrict);
    await unqueue(cordon.store);
    const [first] = await cordon.store.claimRequests('dead/1', ['approved'], cordon.clock, 1);
    assert.equal(first?.action, 'restrict');
    cordon.clock += 1_000;
    await press(release);
    await dispatch();
    assert.deepEqual(sent(), []);
    await cordon.store.free('dead/1');
    cordon.clock += 1_000;
    await dispatch();
    assert.deepEqual(sent(), ['restrict']);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(10_000);
    assert.deepEqual(sent(), ['restrict', 'release']);
  });
});
