import assert from 'node:assert/strict';
import { DefenderError } from '../../src/defender/errors.js';
import type { Submission } from '../../src/defender/defender.js';
import { cancel } from '../../src/request/cancel.js';
import { plain } from '../../src/view/model.js';
import { Harness } from '../harness.js';
import { machine } from '../support.js';

const lost = new DefenderError('timed_out', 'no answer', { taken: 'unknown', userText: 'No answer.' });
const busy = new DefenderError('TooManyRequests', 'quota', {
  status: 429,
  taken: 'no',
  retryAfterMs: 8_000,
  userText: 'Quota.',
});
const forbidden = new DefenderError('Forbidden', 'no', {
  status: 403,
  taken: 'no',
  userText: 'Grant Machine.RestrictExecution.',
});

describe('cancelling', () => {
  let cordon: Harness;
  let id: string;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    ({ id } = await cordon.request());
  });
  afterEach(() => cordon.store.close());

  const approve = (): Promise<void> => cordon.press('UAPP1', 'Approve');
  const thread = (): string => cordon.thread().join('\n');
  const toldTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  const status = (): string => plain(cordon.cards()[0]?.card.status ?? []);
  const recorded = async (): Promise<string[]> =>
    (await cordon.store.auditOf({ requestId: id }, 100)).map(({ what }) => what);

  it('is a withdrawal as long as nothing was sent', async () => {
    const token = cordon.token('Approve');
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'withdrawn');
    await cordon.accept('UAPP1', { kind: 'press', token });
    await cordon.settle();
    assert.equal(cordon.defender.submitted.length, 0);
  });

  it('has Defender stop a submitted action, with the mark, the reason and who wished it', async () => {
    await approve();
    await cordon.say('UREQ', `cancel ${id} wrong device`);
    const { state, machineAction } = await cordon.request();
    assert.equal(state, 'cancelled');
    assert.deepEqual(cordon.defender.cancelled, [
      {
        id: machineAction?.id,
        comment: `[Cordon ${id.slice(0, 4)}-${id.slice(4)}] wrong device Cancelled by ureq (UREQ).`,
      },
    ]);
    assert.match(
      thread(),
      /ureq wants this cancelled.*> wrong device[\s\S]*cancelled in Defender.*ureq had asked for it/s,
    );
    assert.deepEqual((await recorded()).slice(-2), ['request.cancel-asked', 'request.cancel']);
    assert.match(toldTo('UREQ'), /cancelled in Defender/);
  });

  it('is allowed to an approver too, also to one who approved', async () => {
    await approve();
    await cordon.say('UAPP1', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'cancelled');
    assert.match(cordon.defender.cancelled[0]?.comment ?? '', /Cancelled by uapp1 \(UAPP1\)/);
  });

  it('is refused to everybody else, politely and on record', async () => {
    await approve();
    await cordon.say('UOTHER', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.equal(cordon.defender.cancelled.length, 0);
    assert.match(toldTo('UOTHER'), /was not cancelled\. uother is not in leads/);
    assert.ok((await recorded()).includes('cancel.refused'));
    await cordon.say('UOTHER', 'cancel ZZZZ-9999');
    assert.match(toldTo('UOTHER'), /I know no request ZZZZ-9999/);
  });

  it('is a withdrawal only for the requester, and “withdraw” says what to type once the call has left', async () => {
    await approve();
    await cordon.say('UREQ', `withdraw ${id}`);
    assert.match(toldTo('UREQ'), /type “cancel AAAA-\d{4}” to have Defender stop it/);
    await cordon.say('UAPP1', `withdraw ${id}`);
    assert.match(toldTo('UAPP1'), /Only its requester, ureq, can withdraw it; an approver can stop it with “cancel/);
    assert.equal((await cordon.request()).state, 'submitted');
  });

  it('waits its turn when the quota of cancels is used up, and the action is cancelled then', async () => {
    await approve();
    await cordon.context.throttle.throttled('cancelMachineAction', 30_000);
    await cordon.say('UREQ', `cancel ${id}`);
    await cordon.advance(20_000);
    assert.equal(cordon.defender.cancelled.length, 0);
    await cordon.advance(11_000);
    assert.equal((await cordon.request()).state, 'cancelled');
  });

  it('is told to deny when an approver asks before the decision', async () => {
    await cordon.say('UAPP1', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'awaiting approval');
    assert.match(toldTo('UAPP1'), /deny it instead/);
  });

  it('lets an approver stop what is approved and waits for its device, and nothing is sent then', async () => {
    await approve();
    await cordon.say('UREQ', 'release mymachine1 cleaned');
    const token = cordon.cards()[1]?.card.buttons[0]?.token ?? '';
    await cordon.accept('UAPP1', { kind: 'press', token });
    await cordon.settle();
    const second = cordon.cards()[1]?.card.requestId ?? '';
    await cordon.say('UAPP2', `cancel ${second}`);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(10_000);
    assert.equal(cordon.cards()[1]?.card.state, 'cancelled');
    assert.equal(plain(cordon.cards()[1]?.card.status ?? []), 'Cancelled: nothing was sent to Defender');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  for (const [ending, state, words] of [
    ['Succeeded', 'succeeded', /too late: Defender had already carried it out.*release mymachine1/],
    ['Failed', 'failed', /too late: Defender had already ended the action/],
    ['TimeOut', 'timed out', /too late: Defender had already ended the action/],
  ] as const) {
    it(`says who won when the action was ${ending} first, and claims no cancel`, async () => {
      await approve();
      cordon.defender.setStatus(ending);
      await cordon.say('UREQ', `cancel ${id}`);
      assert.equal((await cordon.request()).state, state);
      assert.match(cordon.thread().at(-1) ?? '', words);
      assert.doesNotMatch(thread(), /cancelled in Defender/);
    });
  }

  it('says no more than "Defender has it" for a 200 that is not Cancelled, and follows on', async () => {
    await approve();
    cordon.defender.cancelAnswers = [() => cordon.defender.actions[0] ?? lost];
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.match(cordon.thread().at(-1) ?? '', /Defender has the cancel request.*not cancelled yet/);
    assert.match(status(), /Defender has the cancel request, but has not cancelled it yet/);
    await cordon.say('UAPP1', `cancel ${id}`);
    assert.match(toldTo('UAPP1'), /is being cancelled already: ureq asked for it/);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(10_000);
    assert.equal((await cordon.request()).state, 'succeeded');
    assert.match(cordon.thread().at(-1) ?? '', /is restricted[\s\S]*too late/);
    assert.equal(cordon.defender.cancelled.length, 1);
  });

  it('reads the truth from the action when the answer was lost after Defender had cancelled it', async () => {
    await approve();
    cordon.defender.cancelAnswers = [
      (action) => {
        cordon.defender.cancel(action, `[Cordon ${id.slice(0, 4)}-${id.slice(4)}]`);
        return lost;
      },
    ];
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'cancelled');
    assert.equal(cordon.defender.cancelled.length, 1);
  });

  it('does not take the answer about another action for this one', async () => {
    await approve();
    const other = { ...cordon.defender.make('restrict', 'f'.repeat(40), 'x'), status: 'Cancelled' };
    cordon.defender.actions.shift();
    cordon.defender.cancelAnswers = [other];
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'submitted');
  });

  it('asks again after a lost answer and a 429, later each time, and says so once', async () => {
    await approve();
    cordon.defender.cancelAnswers = [lost, busy];
    await cordon.say('UREQ', `cancel ${id}`);
    await cordon.advance(2_000);
    assert.equal(cordon.defender.cancelled.length, 2);
    await cordon.advance(7_000);
    assert.equal(cordon.defender.cancelled.length, 2, 'the 429 asked for 8 s');
    await cordon.advance(1_000);
    assert.equal((await cordon.request()).state, 'cancelled');
    assert.equal(cordon.thread().filter((text) => text.includes('asks again')).length, 1);
  });

  it('gives up after five tries, says so, keeps following, and asks anew when told to', async () => {
    await approve();
    cordon.defender.cancelAnswers = [lost, lost, lost, lost, lost];
    await cordon.say('UREQ', `cancel ${id}`);
    for (let minute = 0; minute < 5; minute += 1) await cordon.advance(60_000);
    assert.equal(cordon.defender.cancelled.length, 5);
    assert.match(thread(), /asked 5 times to cancel it and did not confirm/);
    assert.match(status(), /did not get through/);
    cordon.defender.setStatus('InProgress');
    await cordon.advance(60_000);
    assert.equal((await cordon.request()).machineAction?.status, 'InProgress');
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'cancelled');
  });

  it('names the missing permission, asks no further, and keeps following', async () => {
    await approve();
    cordon.defender.cancelAnswers = [forbidden];
    await cordon.say('UREQ', `cancel ${id}`);
    await cordon.advance(60_000);
    assert.equal(cordon.defender.cancelled.length, 1);
    assert.match(thread(), /is not cancelled\. Grant Machine\.RestrictExecution\./);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(60_000);
    assert.equal((await cordon.request()).state, 'succeeded');
  });

  it('does not cancel an action of somebody else', async () => {
    const action = cordon.defender.make('restrict', machine().id, 'done in the portal');
    cordon.defender.answers = [{ outcome: 'already running', action }];
    await approve();
    await cordon.say('UREQ', `cancel ${id}`);
    assert.equal((await cordon.request()).state, 'submitted');
    assert.equal(cordon.defender.cancelled.length, 0);
    assert.match(toldTo('UREQ'), /not started by Cordon.*Defender portal/);
  });

  it('tells the thread when what was to be cancelled turns out to be somebody else’s', async () => {
    cordon.defender.answers = [{ outcome: 'already running', action: undefined }];
    await approve();
    await cordon.say('UREQ', `cancel ${id}`);
    cordon.defender.make('restrict', machine().id, 'done in the portal');
    await cordon.advance(5_000);
    const { state, adopted } = await cordon.request();
    assert.deepEqual([state, adopted], ['submitted', true]);
    assert.equal(cordon.defender.cancelled.length, 0);
    assert.match(thread(), /is not cancelled\. Defender's action was not started by Cordon/);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(10_000);
    assert.equal((await cordon.request()).state, 'succeeded');
  });

  it('changes nothing after the end, and a late poll changes nothing after the cancel', async () => {
    await approve();
    await cordon.say('UREQ', `cancel ${id}`);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(600_000);
    assert.equal((await cordon.request()).state, 'cancelled');
    assert.doesNotMatch(thread(), /is restricted/);
    await cordon.say('UREQ', `cancel ${id}`);
    assert.match(toldTo('UREQ'), /has ended already\. Cancelled in Defender/);
  });

  it('says how to undo what has succeeded', async () => {
    await approve();
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    await cordon.say('UREQ', `cancel ${id}`);
    assert.match(toldTo('UREQ'), /has ended already\. Done[\s\S]*type release mymachine1/);
  });

  describe('while the call is on its way', () => {
    /** The wish comes between the POST and its answer. */
    const wishedMeanwhile = async (answer: (comment: string) => Submission | Error): Promise<void> => {
      const submit = cordon.defender.submit.bind(cordon.defender);
      let first = true;
      cordon.defender.submit = async (...call) => {
        const given = submit(...call);
        if (first) {
          first = false;
          const request = await cordon.request();
          assert.equal(request.state, 'sending');
          await cordon.context.store.change(
            {
              ...request,
              version: request.version + 1,
              cancelling: { by: request.requester, at: cordon.clock, attempts: 0 },
            },
            { audit: [], deliveries: [] },
          );
        }
        return given;
      };
      cordon.defender.answers = [answer];
      await approve();
    };
    const taken = (comment: string): Submission => ({
      outcome: 'created',
      action: cordon.defender.make('restrict', machine().id, comment),
    });

    it('keeps both the answer and the wish, and cancels as soon as the action is known', async () => {
      await wishedMeanwhile(taken);
      assert.equal((await cordon.request()).state, 'submitted');
      await cordon.advance(5_000);
      assert.equal((await cordon.request()).state, 'cancelled');
      assert.equal(cordon.defender.submitted.length, 1);
      assert.equal(cordon.defender.cancelled.length, 1);
    });

    it('sends nothing again when Defender did not take the call', async () => {
      await wishedMeanwhile(
        () => new DefenderError('network_failure', 'refused', { taken: 'no', userText: 'No network.' }),
      );
      await cordon.advance(60_000);
      const { state } = await cordon.request();
      assert.equal(state, 'cancelled');
      assert.equal(cordon.defender.submitted.length, 1);
      assert.match(status(), /Defender shows no action of it/);
    });

    it('is typed while the answer is lost, and carried out when the action is found', async () => {
      cordon.defender.answers = [lost];
      await approve();
      await cordon.say('UREQ', `cancel ${id}`);
      assert.match(status(), /Being sent.*To be cancelled/);
      assert.match(cordon.thread().at(-1) ?? '', /as soon as it shows the action/);
      cordon.defender.make('restrict', machine().id, cordon.defender.submitted[0]?.comment ?? '');
      await cordon.advance(5_000);
      assert.equal((await cordon.request()).state, 'cancelled');
      assert.equal(cordon.defender.cancelled.length, 1);
    });

    it('is typed while the action is looked for, and carried out all the same', async () => {
      cordon.defender.answers = [lost];
      await approve();
      cordon.defender.make('restrict', machine().id, cordon.defender.submitted[0]?.comment ?? '');
      const list = cordon.defender.listMachineActions.bind(cordon.defender);
      cordon.defender.listMachineActions = async (...call) => {
        cordon.defender.listMachineActions = list;
        const person = (await cordon.request()).requester;
        await cancel(cordon.context, { key: 'typed', person, origin: cordon.origin(), requestId: id });
        return list(...call);
      };
      await cordon.advance(5_000);
      await cordon.advance(5_000);
      assert.equal((await cordon.request()).state, 'cancelled');
      assert.equal(cordon.defender.cancelled.length, 1);
    });

    it('ends it when Defender has no trace of the call after the settle time', async () => {
      cordon.defender.answers = [lost];
      await approve();
      await cordon.say('UREQ', `cancel ${id}`);
      await cordon.advance(30_000);
      assert.equal((await cordon.request()).state, 'sending');
      await cordon.advance(40_000);
      assert.equal((await cordon.request()).state, 'cancelled');
      assert.equal(cordon.defender.submitted.length, 1);
      assert.match(thread(), /shows no action with the mark of this request, and Cordon sends nothing more/);
    });
  });
});
