import assert from 'node:assert/strict';
import { objectIds, teamsIds } from '../../sandbox/cast.js';
import type { TeamsMessage } from '../../sandbox/teams.js';
import { invokeActivity } from '../../sandbox/teams/activities.js';
import { cardType, executablesOf, type Fields, fieldsOf, titleOf } from '../../sandbox/teams/cards.js';
import { wordsOf } from '../../sandbox/teams/words.js';
import { eventually } from './eventually.js';
import { type Login, teamsOnly, TeamsScene, titles } from './teams-scene.js';

const result = /app execution is restricted/;
/** Teams gives up on a press after ten. */
const answeredMs = 5_000;

describe('Teams: what a press does', function () {
  this.timeout(60_000);
  let scene: TeamsScene;
  before(async () => {
    scene = await TeamsScene.open(teamsOnly);
  });
  after(() => scene.close());

  /** The activity of a press, for tests that change what the client sends. */
  const invoke = (who: Login, message: TeamsMessage, title = 'Approve', data: Fields = {}): Fields => {
    const button = executablesOf(message).find((each) => titleOf(each) === title)!;
    const { type, verb } = button.action;
    const conversation = scene.teams.chats.findConversation(message.conversation)!;
    const user = scene.teams.chats.user(objectIds[who]);
    const pressed = { teams: scene.teams, user, conversation, root: message.root ?? message.id, at: Date.now() };
    const action = { type, title, verb, data: { ...fieldsOf(button.action.data), ...data } };
    return invokeActivity(pressed, message, action);
  };

  it('is answered within 5 s with the card as it is after the vote', async () => {
    const card = await scene.ask('alice');
    const start = Date.now();
    const { status, body } = await scene.press('bob', card);
    const took = Date.now() - start;
    assert.ok(took < answeredMs, `took ${took} ms`);
    assert.equal(status, 200);
    const { statusCode, type, value } = fieldsOf(body);
    assert.deepEqual([statusCode, type], [200, cardType]);
    const answered = { ...card, activity: { attachments: [{ contentType: cardType, content: value }] } };
    assert.match(wordsOf(answered), /bob/i);
    assert.doesNotMatch(wordsOf(answered), /Waiting for approval/);
    assert.deepEqual(titles(answered), []);
  });

  it('counts without `value.trigger`, which not every client sends', async () => {
    const card = await scene.ask('alice');
    const activity = invoke('bob', card);
    const { trigger, ...value } = fieldsOf(activity['value']);
    assert.equal(trigger, 'manual');
    assert.equal((await scene.door.activity({ ...activity, value })).status, 200);
    await scene.told(card, result);
  });

  describe('bug 5: fields that the client made up', () => {
    it('make no approver of somebody who is none', async () => {
      const card = await scene.ask('alice');
      const bob = { id: scene.teams.chats.user(objectIds.bob).id, aadObjectId: objectIds.bob, name: 'Bob Lead' };
      const forged = { approver: objectIds.bob, approvers: [objectIds.dave], user: bob, from: bob, task: 'approve' };
      const activity = invoke('dave', card, 'Approve', forged);
      const value = { ...fieldsOf(activity['value']), ...forged };
      assert.equal((await scene.door.activity({ ...activity, value, relatesTo: { user: bob } })).status, 200);
      await scene.aside('dave', /not counted.*not in soc-leads/);
      assert.ok(scene.waits(card));
      assert.deepEqual(scene.changes(card), []);
    });

    it('let a requester not approve their own request', async () => {
      const card = await scene.ask('bob');
      const forged = { requester: objectIds.alice, approver: objectIds.carol, selfApproval: true };
      await scene.door.activity(invoke('bob', card, 'Approve', forged));
      await scene.aside('bob', /not counted.*cannot also decide/);
      assert.ok(scene.waits(card));
    });

    it('change neither which request is meant nor what is decided', async () => {
      const [card, other] = [await scene.ask('alice'), await scene.ask('alice')];
      const [, requestId] = /\(?([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(wordsOf(other)) ?? [];
      assert.ok(requestId);
      const forged = { requestId, task: requestId, decision: 'approve', verb: 'approve', action: 'approve' };
      await scene.door.activity(invoke('bob', card, 'Deny', { ...forged, reason: 'a false alarm' }));
      await eventually('the denial', () => /denied/i.test(wordsOf(scene.now(card))));
      assert.ok(scene.waits(other));
      assert.deepEqual([...scene.changes(card), ...scene.changes(other)], []);
    });
  });

  it('needs a token that Cordon gave out', async () => {
    const card = await scene.ask('alice');
    await scene.door.activity(invoke('bob', card, 'Approve', { token: 'approve' }));
    await scene.aside('bob', /not one of mine/);
    assert.ok(scene.waits(card));
  });

  it('lets neither a guest nor somebody of another organisation ask or approve in a group chat', async () => {
    const warRoom = scene.teams.chats.findConversation(teamsIds.warRoom)!;
    scene.teams.putConversation({ ...warRoom, members: [...warRoom.members, objectIds.gina] });
    const card = await scene.ask('alice', { in: 'warRoom' });
    for (const [who, words] of [
      ['gina', /Guests can neither request nor approve/],
      ['mallory', /People of another organisation can neither request nor approve/],
    ] as const) {
      await scene.press(who, card);
      await scene.aside(who, words, 'warRoom');
      const device = scene.newDevice();
      await scene.say(who, `restrict ${device} please`, { in: 'warRoom' });
      await eventually('the second refusal', () => scene.asides(who, 'warRoom').length === 2);
      assert.match(scene.asides(who, 'warRoom').map(wordsOf).at(-1) ?? '', words);
      assert.equal(scene.findCard(device, 'warRoom'), undefined);
    }
    assert.ok(scene.waits(card));
    assert.deepEqual(scene.changes(card), []);
  });
});
