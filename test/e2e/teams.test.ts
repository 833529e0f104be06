import assert from 'node:assert/strict';
import { objectIds, teamsIds } from '../../sandbox/cast.js';
import type { TeamsCall } from '../../sandbox/teams.js';
import { wordsOf } from '../../sandbox/teams/words.js';
import { eventually } from './eventually.js';
import { teamsOnly, TeamsScene, titles, withApprovals } from './teams-scene.js';

const result = /app execution is restricted/;

describe('Teams: where things are said', function () {
  this.timeout(60_000);
  let scene: TeamsScene;
  before(async () => {
    scene = await TeamsScene.open(teamsOnly);
  });
  after(() => scene.close());

  it('says to a person directly what Teams does not take as a targeted message', async () => {
    scene.teams.fault({ operation: 'sendToConversation', kind: 'error', error: 'BadArgument' });
    await scene.say('alice', 'restrict');
    await scene.toldDirectly('alice', /For example/);
    assert.deepEqual(scene.asides('alice'), []);
    const targeted = scene.teams.calls.filter(({ path }) => path.includes('isTargetedActivity'));
    assert.deepEqual(
      targeted.map(({ error }) => error),
      ['BadArgument'],
    );
  });

  it('goes through a request in a group chat, which has no threads', async () => {
    const card = await scene.ask('alice', { in: 'warRoom' });
    assert.equal(card.root, undefined);
    await scene.press('bob', card);
    const said = (): string[] => scene.teams.messages(teamsIds.warRoom).map(wordsOf);
    await eventually('the result in the chat', () => said().some((text) => result.test(text)));
    await eventually('the card at its end', () => titles(scene.now(card)).length === 0);
    await scene.toldDirectly('alice', result);
    const threaded = scene.teams.calls.filter(
      ({ path }) => path.includes(teamsIds.warRoom) && path.includes('messageid'),
    );
    assert.deepEqual(threaded, []);
  });

  it('answers a slash command that was typed in a thread in that thread', async () => {
    const root = scene.teams.chats.post({
      conversation: teamsIds.incident,
      root: undefined,
      from: objectIds.dave,
      targetedTo: undefined,
      activity: { type: 'message', text: '<p>pc-10 beacons</p>', textFormat: 'xml' },
    });
    await scene.say('alice', 'restrict', { slash: true, thread: root.id });
    const aside = await scene.aside('alice', /For example/);
    assert.equal(aside.root, root.id);
    const card = await scene.ask('alice', { slash: true, thread: root.id });
    assert.equal(card.root, root.id);
    await scene.press('bob', card);
    await scene.told(card, /approved/);
  });

  it('makes a post of its own of a slash command outside of threads, where nobody sees what was typed', async () => {
    const card = await scene.ask('alice', { slash: true });
    assert.equal(card.root, undefined);
    await scene.press('bob', card);
    await scene.told(card, /approved/);
  });

  it('puts the card below the post in which it was mentioned', async () => {
    const card = await scene.ask('alice');
    const [post] = scene.teams.thread(card.conversation, String(card.root));
    assert.equal(post?.from, objectIds.alice);
    await scene.press('bob', card);
    await scene.told(card, /approved/);
  });

  it('bug 14: keeps two requests in one thread apart', async () => {
    const first = await scene.ask('alice');
    const thread = String(first.root);
    const second = await scene.ask('carol', { thread });
    assert.equal(second.root, thread);
    const before = scene.scene.posts().length;
    await scene.press('bob', first);
    await eventually('the first at its end', () => /Done/.test(wordsOf(scene.now(first))));
    assert.ok(scene.waits(second));
    assert.equal(scene.scene.posts().length, before + 1);
    await scene.door.press({
      user: objectIds.bob,
      message: second,
      title: 'Deny',
      inputs: { reason: 'not this one' },
    });
    await eventually('the second denied', () => titles(scene.now(second)).length === 0);
    assert.match(wordsOf(scene.now(first)), /Done/);
    assert.equal(scene.scene.posts().length, before + 1);
  });
});

describe('Teams: who cannot be reached', function () {
  this.timeout(60_000);
  let scene: TeamsScene;
  before(async () => {
    scene = await TeamsScene.open(withApprovals);
  });
  after(() => scene.close());

  const callsSince = (start: number, operation: TeamsCall['operation']): TeamsCall[] =>
    scene.teams.calls.slice(start).filter((call) => call.operation === operation);

  it('tells the thread, once, that somebody without the app or who blocked it was not told', async () => {
    const start = scene.teams.calls.length;
    await scene.door.uninstall({ user: objectIds.alice, conversation: 'personal' });
    const ofAlice = await scene.ask('alice');
    await scene.press('bob', ofAlice);
    await scene.told(ofAlice, /could not tell.*Alice.*not installed/);

    // A second try would be let through.
    scene.teams.fault({ operation: 'createConversation', kind: 'error', error: 'ConversationBlockedByUser' });
    const ofCarol = await scene.ask('carol');
    await scene.press('bob', ofCarol);
    await scene.told(ofCarol, /could not tell.*Carol.*blocked Cordon/);

    // Longer than the first pause of any retry: a whole request goes by.
    const another = await scene.ask('bob');
    await scene.press('carol', another);
    await scene.told(another, result);
    const opened = callsSince(start, 'createConversation').map(({ error }) => error);
    assert.deepEqual(opened.slice(0, 2), ['BotNotInConversationRoster', 'ConversationBlockedByUser']);
    assert.ok(!opened.slice(2).includes('BotNotInConversationRoster'));
    assert.deepEqual(scene.directlyTo('alice'), []);
    assert.deepEqual(scene.directlyTo('carol'), []);
    for (const card of [ofAlice, ofCarol]) {
      assert.equal(scene.replies(card).filter((text) => /could not tell/.test(text)).length, 1);
      await scene.told(card, result);
    }
  });

  it('waits as long as a 429 says before it posts again', async () => {
    const device = scene.newDevice();
    const start = scene.teams.calls.length;
    scene.teams.fault({ operation: 'sendToConversation', kind: '429', retryAfter: 2, times: 2 });
    await scene.say('alice', `restrict ${device} beacon`);
    await scene.card(device);
    await scene.card(device, 'approvals');
    // What another test is still owed may meet the 429 as well.
    const calls = callsSince(start, 'sendToConversation');
    const refused = calls.filter(({ status }) => status === 429);
    assert.equal(refused.length, 2);
    for (const { at, path, body } of refused) {
      const same = JSON.stringify(body);
      const again = calls.find((call) => call.at > at && call.path === path && JSON.stringify(call.body) === same);
      assert.ok(again !== undefined && again.at - at >= 2_000, `tried again after ${(again?.at ?? 0) - at} ms`);
    }
    for (const place of [teamsIds.incident, teamsIds.approvals]) {
      const taken = calls.filter(
        ({ path, body, status }) => status === 201 && path.includes(place) && JSON.stringify(body).includes(device),
      );
      assert.equal(taken.length, 1);
    }
  });

  it('catches up after an outage of the service that gives it its tokens', async () => {
    const device = scene.newDevice();
    const start = scene.teams.calls.length;
    scene.teams.fault({ operation: 'token', kind: '503', times: Infinity });
    scene.scene.sandbox.entra.expireAll();
    assert.equal((await scene.say('alice', `restrict ${device} beacon`)).status, 200);
    await eventually(
      'two tries with the token that does not hold any more',
      () => scene.teams.calls.slice(start).filter(({ status }) => status === 401).length >= 2,
    );
    assert.equal(scene.findCard(device), undefined);
    scene.teams.clearFaults();
    await scene.card(device);
    await scene.card(device, 'approvals');
  });

  it('posts the cards as soon as the app that was taken out of the team is back', async () => {
    const channels = [teamsIds.incident, teamsIds.approvals].map((conversation) => ({
      user: objectIds.bob,
      conversation,
    }));
    const device = scene.newDevice();
    const start = scene.teams.calls.length;
    // Between the command and its cards.
    scene.teams.fault({ operation: 'sendToConversation', kind: '503', times: 2 });
    await scene.say('bob', `restrict ${device} beacon`);
    const putOff = (): boolean =>
      callsSince(start, 'sendToConversation').filter(({ status }) => status === 503).length === 2;
    await eventually('both cards put off', putOff);
    for (const channel of channels) assert.equal((await scene.door.uninstall(channel)).status, 200);
    await eventually(
      'both cards refused',
      () => scene.directlyTo('bob').filter((text) => /card could not be posted.*not installed/.test(text)).length === 2,
    );
    for (const channel of channels) assert.equal((await scene.door.install(channel)).status, 200);
    const late = await scene.card(device, 'incident', 20_000);
    await scene.card(device, 'approvals', 20_000);
    assert.equal(scene.teams.thread(late.conversation, String(late.root))[0]?.from, objectIds.bob);
    await scene.press('carol', late);
    await scene.told(late, result);
    assert.equal(scene.directlyTo('bob').filter((text) => /could not be posted/.test(text)).length, 2);
  });
});
