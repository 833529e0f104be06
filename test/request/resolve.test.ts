import assert from 'node:assert/strict';
import { DefenderError } from '../../src/defender/errors.js';
import { parsePolicy } from '../../src/policy/load.js';
import { recover } from '../../src/request/recover.js';
import { plain } from '../../src/view/model.js';
import { Harness, standardPolicy } from '../harness.js';
import { machine } from '../support.js';

const lost = new DefenderError('timed_out', 'no answer', { taken: 'unknown', userText: 'Defender did not answer.' });
const down = new DefenderError('InternalServerError', 'x', {
  status: 500,
  taken: 'unknown',
  userText: 'Defender has a fault.',
});

describe('a call of which nobody can tell', () => {
  let cordon: Harness;
  let id: string;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    ({ id } = await cordon.request());
    cordon.defender.answers = [lost];
    cordon.defender.listFails = down;
    await cordon.press('UAPP1', 'Approve');
  });
  afterEach(() => cordon.store.close());

  const thread = (): string => cordon.thread().join('\n');
  const toldTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  const labels = (): string[] => cordon.cards()[0]?.card.buttons.map(({ label }) => label) ?? [];
  const state = async (): Promise<string> => (await cordon.request()).state;
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 5_000) await cordon.advance(5_000);
  };
  const pressing = async (user: string, token: string): Promise<void> => {
    await cordon.accept(user, { kind: 'press', token });
    await cordon.settle();
  };
  const mark = (): string => cordon.defender.submitted[0]?.comment ?? '';

  it('becomes unknown after a minute without Defender, with two buttons and the evidence', async () => {
    await pass(50_000);
    assert.equal(await state(), 'sending');
    await pass(20_000);
    assert.equal(await state(), 'unknown');
    assert.deepEqual(labels(), ['It was sent', 'Send again']);
    const said = thread();
    for (const part of [
      /Sent 2026-11-23T09:00:00.000Z, once\. What came back: no answer in time\./,
      /Looked for: .* starts with \[Cordon AAAA-\d{4}\]\. Defender could not be asked: an internal error of Defender\./,
      /Approvers \(leads\): look at the device in the Defender portal/,
    ]) {
      assert.match(said, part);
    }
    assert.match(
      cordon
        .cards()[0]
        ?.card.story.map((line) => plain(line))
        .join('\n') ?? '',
      /What came back: no answer/,
    );
  });

  it('does not call it unchanged in what it says of a search that failed', async () => {
    cordon.defender.listFails = new DefenderError('Forbidden', 'x', {
      status: 403,
      taken: 'no',
      userText: 'Cordon may not read. Nothing was changed.',
    });
    await pass(70_000);
    assert.match(thread(), /not allowed to read actions; its app registration needs Machine\.Read\.All\./);
    assert.doesNotMatch(thread(), /Nothing was changed/);
  });

  it('is never sent again by itself, however long Defender lists nothing, and says once what it lists', async () => {
    await pass(70_000);
    cordon.defender.listFails = undefined;
    for (let hour = 0; hour < 24; hour += 1) await cordon.advance(3_600_000);
    assert.equal(await state(), 'unknown');
    assert.equal(cordon.defender.submitted.length, 1);
    assert.equal(cordon.thread().filter((text) => text.includes('lists no such action')).length, 1);
  });

  it('is settled by a find, and the buttons go', async () => {
    await pass(70_000);
    const token = cordon.token('Send again');
    cordon.defender.make('restrict', machine().id, mark());
    cordon.defender.listFails = undefined;
    await cordon.advance(400_000);
    assert.equal(await state(), 'submitted');
    assert.deepEqual(labels(), []);
    await pressing('UAPP1', token);
    assert.match(toldTo('UAPP1'), /nothing to decide here any more\. Submitted to Defender/);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('is sent again when an approver says so, decided by the policy once more, and a second press is told so', async () => {
    await pass(70_000);
    const [sent, again] = [cordon.token('It was sent'), cordon.token('Send again')];
    cordon.defender.listFails = undefined;
    await pressing('UAPP2', again);
    assert.equal(await state(), 'submitted');
    assert.equal(cordon.defender.submitted.length, 2);
    assert.match(thread(), /uapp2 says: send it again/);
    for (const token of [again, sent]) await pressing('UAPP1', token);
    assert.match(toldTo('UAPP1'), /nothing to decide here any more\. uapp2 has decided/);
    assert.equal(cordon.defender.submitted.length, 2);
    const events = await cordon.store.auditOf({ requestId: id }, 100);
    const decided = events.find(({ what, actor }) => what === 'request.requeue' && actor.kind === 'person');
    assert.equal(decided?.detail?.['decision'], 'again');
    assert.deepEqual(decided.detail['seen'], { what: 'no answer', because: 'an internal error of Defender' });
  });

  it('is not sent again when the policy has changed meanwhile', async () => {
    await pass(70_000);
    cordon.policy = parsePolicy(standardPolicy.replace('approvals: 1', 'approvals: 2'), 'policy.yaml');
    await cordon.say('UAPP2', `resend ${id}`);
    assert.equal(await state(), 'refused');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('keeps a button for its own attempt: one of an earlier doubt means nothing in a later one', async () => {
    await pass(70_000);
    const token = cordon.token('Send again');
    cordon.defender.answers = [lost];
    await pressing('UAPP1', token);
    await pass(70_000);
    assert.equal(await state(), 'unknown');
    assert.equal(cordon.defender.submitted.length, 2);
    await pressing('UAPP1', token);
    assert.equal(await state(), 'unknown');
    assert.match(toldTo('UAPP1'), /nothing to decide here any more/);
    assert.notEqual(cordon.token('Send again'), token);
    assert.match(thread(), /for the second time/);
  });

  it('is decided neither by the requester nor by others', async () => {
    await pass(70_000);
    for (const [user, why] of [
      ['UREQ', /was not taken\. ureq asked for this and cannot also decide/],
      ['UOTHER', /was not taken\. uother is not in leads/],
    ] as const) {
      await pressing(user, cordon.token('Send again'));
      await cordon.say(user, `sent ${id}`);
      assert.equal(await state(), 'unknown');
      assert.match(toldTo(user), why);
    }
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('is never sent again once taken for sent, and its action is followed when Defender shows it', async () => {
    await pass(70_000);
    await pressing('UAPP1', cordon.token('It was sent'));
    assert.equal(await state(), 'submitted');
    assert.equal(plain(cordon.cards()[0]?.card.status ?? []), 'Taken for sent: Defender does not show the action yet');
    cordon.defender.listFails = undefined;
    await cordon.advance(600_000);
    assert.equal(cordon.defender.submitted.length, 1);
    cordon.defender.make('restrict', machine().id, mark());
    await cordon.advance(400_000);
    assert.equal((await cordon.request()).machineAction?.status, 'Pending');
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(400_000);
    assert.equal(await state(), 'succeeded');
  });

  it('tells people after three days that what was taken for sent has no result, once', async () => {
    await pass(70_000);
    await cordon.say('UAPP1', `sent ${id}`);
    cordon.defender.listFails = undefined;
    await cordon.advance(3 * 86_400_000);
    await cordon.advance(3_600_000);
    assert.equal(cordon.thread().filter((text) => text.includes('no result for 3 days')).length, 1);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('can be cancelled when it was taken for sent and Defender shows no action of it', async () => {
    await pass(70_000);
    await cordon.say('UAPP1', `sent ${id}`);
    cordon.defender.listFails = undefined;
    await cordon.say('UREQ', `cancel ${id}`);
    await cordon.advance(60_000);
    assert.equal(await state(), 'cancelled');
    assert.match(thread(), /Cordon no longer looks for it/);
  });

  it('asks people at once when Defender lists an action without any comment', async () => {
    cordon.defender.listFails = undefined;
    const action = cordon.defender.make('restrict', machine().id, '', { requestorComment: null });
    await cordon.advance(5_000);
    assert.equal(await state(), 'unknown');
    assert.match(thread(), new RegExp(`lists MachineAction ${action.id} without any comment.*may be this one`));
    await cordon.advance(600_000);
    assert.equal(cordon.defender.submitted.length, 1);
    // While it runs, a second call would only be refused: it would be followed instead.
    cordon.defender.setStatus('Failed');
    await cordon.say('UAPP1', `resend ${id}`);
    assert.equal(cordon.defender.submitted.length, 2);
  });

  it('finds also the action of an earlier call that Defender shows late', async () => {
    await pass(70_000);
    await cordon.advance(3 * 3_600_000);
    cordon.defender.answers = [lost];
    await cordon.say('UAPP1', `resend ${id}`);
    assert.equal(cordon.defender.submitted.length, 2);
    cordon.defender.listFails = undefined;
    const first = cordon.defender.make('restrict', machine().id, mark(), {
      creationDateTimeUtc: '2026-11-23T09:00:01.1234567Z',
    });
    await cordon.advance(5_000);
    assert.equal((await cordon.request()).machineAction?.id, first.id);
    await cordon.advance(600_000);
    assert.equal(cordon.defender.submitted.length, 2);
  });

  it('gives no answer of an earlier call for that of the last', async () => {
    await pass(70_000);
    cordon.defender.answers = [new Error('the process dies here')];
    await cordon.say('UAPP1', `resend ${id}`);
    await cordon.restart();
    await pass(70_000);
    assert.equal(await state(), 'unknown');
    assert.match(thread(), /for the second time\. What came back: nothing, the process that sent it has ended\./);
  });

  it('takes no call for lost while it can be in flight, however short the settle time is', async () => {
    cordon.defender.listFails = undefined;
    const world = { ...cordon.context, limits: { ...cordon.context.limits, settleMs: 5_000 } };
    // A call leaves within 5 s of `sentAt` and ends within 15 s.
    cordon.clock += 20_000;
    await recover(world, await cordon.request());
    assert.equal(await state(), 'sending');
    cordon.clock += 1;
    await recover(world, await cordon.request());
    assert.equal(await state(), 'queued');
  });

  it('sends nothing again before the first call can no longer be in flight', async () => {
    cordon.defender.listFails = undefined;
    cordon.defender.make('restrict', machine().id, '', { requestorComment: null, status: 'Failed' });
    await cordon.advance(5_000);
    await cordon.say('UAPP1', `resend ${id}`);
    assert.equal(cordon.defender.submitted.length, 1);
    await cordon.advance(14_000);
    assert.equal(cordon.defender.submitted.length, 1);
    await cordon.advance(2_000);
    assert.equal(cordon.defender.submitted.length, 2);
  });

  it('does not take the action that another request follows for its own', async () => {
    const other = await Harness.open();
    other.defender.answers = [
      (comment) => ({
        outcome: 'created',
        action: other.defender.make('restrict', machine().id, comment, { requestorComment: null }),
      }),
      lost,
    ];
    await other.say('UREQ', 'restrict mymachine1 beacon');
    await other.press('UAPP1', 'Approve');
    other.defender.setStatus('Succeeded');
    await other.advance(10_000);
    await other.say('UREQ', 'restrict mymachine1 again');
    await other.press('UAPP1', 'Approve');
    assert.equal(other.defender.submitted.length, 2);
    await other.advance(30_000);
    await other.advance(40_000);
    assert.equal(other.defender.submitted.length, 3, 'it has no trace in Defender');
    await other.store.close();
  });

  it('is not sent again while somebody wants it cancelled, and ends when Defender lists nothing', async () => {
    await pass(70_000);
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal(await state(), 'unknown');
    await cordon.say('UAPP1', `resend ${id}`);
    assert.match(toldTo('UAPP1'), /was not taken\. ureq has asked to cancel it/);
    cordon.defender.listFails = undefined;
    await cordon.advance(400_000);
    assert.equal(await state(), 'cancelled');
    assert.equal(cordon.defender.submitted.length, 1);
  });
});
