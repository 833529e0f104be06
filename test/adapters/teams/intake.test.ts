import assert from 'node:assert/strict';
import type { Card } from '../../../src/view/model.js';
import type { Incoming } from '../../../src/command/model.js';
import { activity, alice, bob, bot, channel, inside, personal, press, tenant } from './activities.js';
import { inMemory, type Rig, type RigOptions, startRig } from './rig.js';

const broken = (): Promise<boolean> => Promise.reject(new Error('disk full'));
const card = { requestId: '7K3M9Q2X' } as Card;

describe('Stored, then answered', () => {
  let rig: Rig;
  afterEach(() => rig.close());
  const start = async (options: RigOptions = {}): Promise<void> => {
    rig = await startRig(options);
  };

  for (const [name, body] of [
    ['a message', activity('message-channel')],
    ['a press', activity('invoke-execute')],
    ['an installation', activity('installation-update')],
  ] as const) {
    it(`does not answer ${name} before it is stored`, async () => {
      let release: (fresh: boolean) => void = () => undefined;
      let reached: () => void = () => undefined;
      const storing = new Promise<void>((resolve) => (reached = resolve));
      await start({
        core: {
          accept: () =>
            new Promise((resolve) => {
              release = resolve;
              reached();
            }),
        },
      });
      let answered = false;
      const answer = rig.post(body).then((sent) => {
        answered = true;
        return sent;
      });
      await storing;
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(answered, false);
      release(true);
      assert.equal((await answer).status, 200);
    });
  }

  it('remembers where to answer before the core hears of it', async () => {
    let known: unknown;
    await start({
      core: {
        accept: async () => {
          known = await rig.contacts.conversation(channel);
          return true;
        },
      },
    });
    await rig.post(activity('message-channel'));
    assert.deepEqual(known, { serviceUrl: rig.serviceUrl, tenant, type: 'channel' });
  });

  it('bug 16: a redelivered activity makes a second request', async () => {
    const keys: string[] = [];
    await start({
      core: {
        accept: ({ key }) => {
          keys.push(key);
          return Promise.resolve(keys.indexOf(key) === keys.length - 1);
        },
      },
    });
    for (const body of [
      activity('message-channel'),
      activity('invoke-execute'),
      activity('message-personal', { id: undefined }),
    ]) {
      keys.length = 0;
      const first = await rig.post(body);
      assert.deepEqual(await rig.post(body), first);
      assert.equal(first.status, 200);
      assert.equal(keys.length, 2);
      assert.equal(keys[0], keys[1]);
    }
  });

  describe('when it cannot be stored', () => {
    it('tells who wrote that nothing was done, and does not have it sent again', async () => {
      await start({ core: { accept: broken } });
      assert.equal((await rig.post(activity('message-personal'))).status, 200);
      const [told] = rig.replies;
      assert.match(String(told?.['text']), /nothing was done\. Try again/);
      assert.equal(told?.['authorization'], 'Bearer of-the-bot');
      assert.equal(told['path'], `/teams/v3/conversations/${encodeURIComponent(personal)}/activities/1732406400123`);
    });

    it('answers 503 where they could not be told either', async () => {
      await start({ core: { accept: broken }, connectorStatus: 403 });
      assert.deepEqual(await rig.post(activity('message-personal')), { status: 503, text: '' });
      assert.equal(JSON.stringify(rig.log).includes('of-the-bot'), false);
    });

    it('says so in the answer to a press', async () => {
      await start({ core: { accept: broken } });
      const sent = await rig.post(activity('invoke-execute'));
      assert.equal(sent.status, 200);
      const answer = JSON.parse(sent.text) as { statusCode: number; type: string; value: { message: string } };
      assert.equal(answer.statusCode, 500);
      assert.equal(answer.type, 'application/vnd.microsoft.error');
      assert.match(answer.value.message, /nothing was done\. Try again/);
      assert.deepEqual(rig.replies, []);
    });

    it('answers 503 to an installation, for which nobody waits', async () => {
      await start({ core: { accept: broken } });
      assert.equal((await rig.post(activity('installation-update'))).status, 503);
      assert.deepEqual(rig.replies, []);
    });

    it('does not take it either when the address book is what fails', async () => {
      await start({ addresses: { ...inMemory(), save: () => Promise.reject(new Error('disk full')) } });
      assert.equal((await rig.post(activity('message-personal'))).status, 200);
      assert.equal(rig.replies.length, 1);
      assert.deepEqual(rig.stored, []);
    });
  });

  describe('the answer to a press', () => {
    it('carries the card as it stands once the press was carried out', async () => {
      const asked: [Incoming, number][] = [];
      await start({
        core: {
          cardAfter: (incoming, withinMs) => {
            asked.push([incoming, withinMs]);
            return Promise.resolve(card);
          },
        },
      });
      const sent = await rig.post(activity('invoke-execute'));
      assert.equal(sent.status, 200);
      assert.deepEqual(JSON.parse(sent.text), {
        statusCode: 200,
        type: 'application/vnd.microsoft.card.adaptive',
        value: { type: 'AdaptiveCard', card },
      });
      assert.deepEqual(asked, [[rig.stored[0], 3_000]]);
    });

    const taken = {
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: 'Taken: the answer follows in the chat.',
    };

    it('says that an answer follows where the button belongs to no card', async () => {
      await start();
      assert.deepEqual(JSON.parse((await rig.post(activity('invoke-execute'))).text), taken);
    });

    it('never looks like a failure once the press is stored', async () => {
      await start({ core: { cardAfter: () => Promise.reject(new Error('database is locked')) } });
      assert.deepEqual(JSON.parse((await rig.post(activity('invoke-execute'))).text), taken);
      assert.equal(rig.stored.length, 1);
    });

    it('says so where Teams does not tell who pressed', async () => {
      await start();
      const answer = JSON.parse(
        (await rig.post(inside('invoke-execute', 'from', { aadObjectId: undefined }))).text,
      ) as {
        value: string;
      };
      assert.match(answer.value, /nothing was done/);
      assert.deepEqual(rig.stored, []);
    });

    it('comes without `trigger`, which the Agents Playground does not send', async () => {
      await start();
      await rig.post(press({ token: 'x' }, { value: { trigger: undefined } }));
      const on = { platform: 'teams', conversation: channel, message: '1732406461000' };
      assert.deepEqual(rig.stored[0]?.said, { kind: 'press', token: 'x', on });
    });
  });

  describe('who and what can be reached', () => {
    const person = (user: string): Promise<unknown> => rig.contacts.person({ platform: 'teams', tenant, user });

    it('is learned from every activity, also one that wants nothing', async () => {
      await start();
      await rig.post(activity('message-channel', { type: 'messageReaction' }));
      const user = '29:1aLiCeAbCdEfGhIjKlMnOpQrStUvWxYz0123456789_alice';
      assert.deepEqual(await person(alice), { serviceUrl: rig.serviceUrl, user, seenIn: channel });
      await rig.post(activity('message-personal'));
      assert.deepEqual(await person(alice), { serviceUrl: rig.serviceUrl, user, seenIn: channel, personal });
      assert.deepEqual(await rig.contacts.conversation(personal), {
        serviceUrl: rig.serviceUrl,
        tenant,
        type: 'personal',
      });
    });

    for (const action of ['remove', 'remove-upgrade']) {
      it(`forgets the conversation with a person alone after ${action}`, async () => {
        await start();
        await rig.post(activity('message-personal'));
        assert.equal((await rig.post(activity('installation-update', { action }))).status, 200);
        assert.equal(await rig.contacts.conversation(personal), undefined);
        assert.equal(((await person(alice)) as { personal?: string }).personal, undefined);
        assert.equal(rig.stored.length, 1);
      });
    }

    it('forgets a team out of which the bot was taken, and not that its people exist', async () => {
      await start();
      await rig.post(activity('message-channel'));
      await rig.post(activity('conversation-update', { membersRemoved: [{ id: bot }] }));
      assert.equal(await rig.contacts.conversation(channel), undefined);
      assert.ok(await person(alice));
    });

    it('looks for a person no more where they left', async () => {
      await start();
      await rig.post(activity('invoke-execute'));
      assert.equal(((await person(bob)) as { seenIn?: string }).seenIn, channel);
      await rig.post(activity('conversation-update'));
      assert.equal(((await person(bob)) as { seenIn?: string }).seenIn, undefined);
      assert.equal(((await person(alice)) as { seenIn?: string }).seenIn, channel);
    });

    it('still looks for a person where they stayed, when they leave another conversation by themselves', async () => {
      await start();
      await rig.post(activity('message-channel'));
      const { from } = activity('message-channel');
      const left = { conversationType: 'groupChat', id: '19:0123456789abcdef0123456789abcdef@thread.v2' };
      await rig.post({ ...inside('conversation-update', 'conversation', left), from, membersRemoved: [from] });
      assert.equal(((await person(alice)) as { seenIn?: string }).seenIn, channel);
    });
  });
});
