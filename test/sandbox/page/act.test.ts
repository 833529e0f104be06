import assert from 'node:assert/strict';
import sinon from 'sinon';
import { restrictShortcut, slashCommands } from '../../../adapters/slack/names.js';
import { act } from '../../../sandbox/page/act.js';
import { slackCommands, slackShortcut } from '../../../sandbox/page/commands.js';
import { answered, bob as bobInTeams, cardActivity, incident, waitingCard, warRoom } from './fake-teams.js';
import { alice, bob, channel, desktop, sent, startParts, type Bench } from './support.js';

describe('what a person does on the page', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startParts();
  });
  afterEach(() => bench.close());

  const inSlack = (text: string, over: { channel?: string; thread_ts?: string } = {}): ReturnType<typeof act> =>
    act({ on: 'slack', do: 'say', user: alice, channel, text, ...over }, bench);
  const heard = (): string[] =>
    Object.entries(bench.slackDoor).flatMap(([name, stub]) => (stub.callCount > 0 ? [name] : []));

  describe('in Slack', () => {
    it('sends a slash command as Slack sends what was typed', async () => {
      assert.deepEqual(await inSlack('/restrict desktop-5o2hkn5 <b> & more'), {});
      sinon.assert.calledOnceWithExactly(bench.slackDoor.slashCommand, {
        user: alice,
        channel,
        command: '/restrict',
        text: 'desktop-5o2hkn5 &lt;b&gt; &amp; more',
      });
    });

    it('knows the commands and the shortcut that the app declares, and no others', async () => {
      assert.deepEqual(
        slackCommands.map(({ insert }) => insert.trim()),
        Object.keys(slashCommands),
      );
      assert.deepEqual(slackShortcut, restrictShortcut);
      assert.deepEqual(await inSlack('/isolate pc1 now'), { problem: '/isolate is not a valid command.' });
      assert.deepEqual(heard(), []);
    });

    it('takes no slash command in a thread, as Slack takes none', async () => {
      const { problem } = await inSlack('/restrict pc1 now', { thread_ts: '1.000001' });
      assert.match(String(problem), /in a thread/);
      assert.deepEqual(heard(), []);
    });

    it('sends a mention, in the thread where it was written', async () => {
      await inSlack('@Cordon, status', { thread_ts: '1.000001' });
      sinon.assert.calledOnceWithExactly(bench.slackDoor.mention, {
        user: alice,
        channel,
        text: 'status',
        thread_ts: '1.000001',
      });
    });

    it('sends everything in the direct conversation to Cordon', async () => {
      await inSlack('help', { channel: 'dm' });
      sinon.assert.calledOnceWithExactly(bench.slackDoor.directMessage, { user: alice, text: 'help' });
      await inSlack('/cordon list', { channel: 'dm' });
      const place = bench.slackDoor.slashCommand.firstCall.args[0].channel;
      assert.equal(bench.slack.workspace.findChannel(place)?.im, alice);
    });

    it('shows other words to the channel, and tells Cordon nothing', async () => {
      assert.deepEqual(await inSlack('is it the <proxy>?'), {});
      assert.deepEqual(
        bench.slack.messages(channel).map(({ message }) => message.text),
        ['is it the &lt;proxy&gt;?'],
      );
      assert.deepEqual(heard(), []);
    });

    it('does not swallow a mention in the middle of a sentence', async () => {
      const { problem } = await inSlack('ask @cordon for the status');
      assert.match(String(problem), /begins with @cordon/);
      assert.deepEqual(bench.slack.messages(channel), []);
    });

    it('presses a button of the message as it is now, an ephemeral one for its reader alone', async () => {
      const place = bench.slack.workspace.findChannel(channel);
      assert.ok(place);
      const { message } = bench.slack.workspace.whisper(place, alice, { text: 'which one?' });
      const press = (user: string): ReturnType<typeof act> =>
        act({ on: 'slack', do: 'press', user, channel, ts: message.ts, actionId: 'cordon:press:0' }, bench);
      await assert.rejects(press(bob), /This message is gone/);
      await press(alice);
      const [pressed] = bench.slackDoor.press.firstCall.args;
      assert.equal(pressed.message.message.ts, message.ts);
      assert.equal(pressed.actionId, 'cordon:press:0');
    });

    it('submits only a form that is open for that person, and tells what is wrong with its fields', async () => {
      const view = {
        ...{ id: 'V1', type: 'modal' as const, title: {}, submit: {}, close: {}, blocks: [], private_metadata: '' },
        ...{ callback_id: 'x', notify_on_close: false, hash: '' },
      };
      bench.slack.views.set('V1', { user: alice, view });
      const submit = (user: string): ReturnType<typeof act> =>
        act({ on: 'slack', do: 'submit', user, view: 'V1', values: { reason: 'false alarm' } }, bench);
      await assert.rejects(submit(bob), /closed already/);
      const errors = { reason: 'Say why.' };
      bench.slackDoor.submitView.resolves(sent(200, { response_action: 'errors', errors }));
      assert.deepEqual(await submit(alice), { errors });
    });

    it('tells when Cordon refused the request', async () => {
      bench.slackDoor.slashCommand.resolves(sent(503));
      assert.deepEqual(await inSlack('/restrict pc1 now'), { problem: 'Cordon answered HTTP 503.' });
    });
  });

  describe('in Teams', () => {
    const say = (text: string, conversation = incident.id): ReturnType<typeof act> =>
      act({ on: 'teams', do: 'say', user: bobInTeams.aadObjectId, conversation, text }, bench);

    it('chooses the native command after a slash, and mentions after an @', async () => {
      await say('/restrict pc1 beacon');
      await say('@cordon status');
      assert.deepEqual(bench.fake.done, [
        {
          say: { user: bobInTeams.aadObjectId, conversation: incident.id, text: 'restrict pc1 beacon', slash: true },
        },
        { say: { user: bobInTeams.aadObjectId, conversation: incident.id, text: 'status' } },
      ]);
    });

    it('says all as it is in the chat with Cordon alone', async () => {
      await say('/help', 'personal');
      await say('help', 'a:bob');
      assert.deepEqual(bench.fake.done, [
        { say: { user: bobInTeams.aadObjectId, conversation: 'personal', text: '/help' } },
        { say: { user: bobInTeams.aadObjectId, conversation: 'personal', text: 'help' } },
      ]);
    });

    it('tells that Cordon does not hear what does not mention it', async () => {
      assert.match(String((await say('status')).problem), /begin with @Cordon/);
      assert.deepEqual(bench.fake.done, []);
    });

    it('clicks with the inputs of the card, and hands back the invoke response', async () => {
      const { id } = bench.fake.post({ conversation: incident.id, activity: cardActivity(waitingCard) });
      const invoke = { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Taken.' };
      bench.fake.answer = answered(invoke);
      const user = bobInTeams.aadObjectId;
      const press = { on: 'teams', do: 'press', user, title: 'Deny it', inputs: { reason: 'false alarm' } } as const;
      assert.deepEqual(await act({ ...press, message: id }, bench), { invoke });
      assert.deepEqual(bench.fake.done, [
        { press: { user, message: id, title: 'Deny it', inputs: { reason: 'false alarm' } } },
      ]);
      await assert.rejects(act({ ...press, message: 'none' }, bench), /This message is gone/);
    });

    it('installs Cordon where it is missing', async () => {
      const where = { user: bobInTeams.aadObjectId, conversation: warRoom.id };
      assert.deepEqual(await act({ on: 'teams', do: 'install', ...where }, bench), {});
      assert.deepEqual(bench.fake.done, [{ install: where }]);
    });
  });

  describe('in Defender', () => {
    const fault = (kind: '429' | '500', armed: boolean): ReturnType<typeof act> =>
      act({ on: 'defender', do: 'fault', kind, operation: 'restrictCodeExecution', armed }, bench);

    it('orders a fault for the next call of an operation, which is then over', async () => {
      await fault('500', true);
      assert.deepEqual([await bench.restrict(), await bench.restrict()], [500, 201]);
    });

    it('takes one fault back and leaves the others', async () => {
      await fault('429', true);
      await fault('500', true);
      await fault('429', false);
      assert.deepEqual(
        bench.defender.faults().map(({ kind }) => kind),
        ['500'],
      );
    });

    it('slows down the actions to come, not those under way', async () => {
      const statuses = (): string[] => bench.defender.actions().map(({ status }) => status);
      await bench.restrict();
      await act({ on: 'defender', do: 'pace', slow: true }, bench);
      bench.wait(10_000);
      assert.deepEqual(statuses(), ['Succeeded']);
      await bench.restrict();
      bench.wait(10_000);
      assert.deepEqual(statuses(), ['Pending', 'Succeeded']);
      bench.wait(60_000);
      assert.deepEqual(statuses(), ['Succeeded', 'Succeeded']);
    });

    it('takes a device off line, where an action waits for it', async () => {
      await act({ on: 'defender', do: 'online', machine: desktop, online: false }, bench);
      await bench.restrict();
      bench.wait(3_600_000);
      assert.equal(bench.defender.actions()[0]?.status, 'Pending');
      await assert.rejects(act({ on: 'defender', do: 'online', machine: 'none', online: true }, bench), /not found/);
    });
  });
});
