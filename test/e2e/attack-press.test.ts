import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { bothPlatforms, devices, objectIds, sandboxPolicy, teamsIds } from '../../sandbox/cast.js';
import type { Fields } from '../../sandbox/teams/cards.js';
import { executablesOf, fieldsOf, titleOf } from '../../sandbox/teams/cards.js';
import { invokeActivity } from '../../sandbox/teams/activities.js';
import type { TeamsMessage } from '../../sandbox/teams.js';
import type { StoredMessage } from '../../sandbox/slack.js';
import { buttonsOf } from '../../sandbox/slack/door.js';
import { slackSignature } from '../../sandbox/slack/senders.js';
import { eventually } from './eventually.js';
import { recordOf } from './record.js';
import { channel, Scene } from './scene.js';
import { titles } from './teams-scene.js';

const approvals = 'C0APPROVE';
const [first, second] = [String(devices[0]!.computerDnsName), String(devices[1]!.computerDnsName)];

/** Presses as somebody makes them up who can send what Slack or the Bot Framework would have signed. */
describe('an attack by a button', function () {
  this.timeout(60_000);
  let scene: Scene;
  let card: StoredMessage;
  let copy: StoredMessage;
  let inTeams: TeamsMessage;
  beforeEach(async () => {
    scene = await Scene.open({ policy: bothPlatforms, teams: {} });
    await scene.ask(`${first} beacon`);
    card = await scene.card();
    copy = await scene.card(approvals);
    inTeams = await teamsCard();
  });
  afterEach(async () => {
    assert.equal(scene.posts().length, 0, 'Defender was never called');
    await scene.close();
  });

  const teams = () => scene.sandbox.teams();
  const teamsCard = (): Promise<TeamsMessage> =>
    eventually('a card in Teams', () =>
      teams()
        .messages(teamsIds.approvals)
        .find((each) => titles(each).length > 0),
    );
  const tokenOf = (message: StoredMessage): string => String(buttonsOf(message)[0]!.button.value);
  const teamsToken = (message: TeamsMessage): string =>
    String(fieldsOf(executablesOf(message).find((each) => titleOf(each) === 'Approve')!.action.data)['token']);
  const recorded = (what: string, count = 1): Promise<true> =>
    eventually(
      `${what} in the record`,
      () => recordOf(scene.sandbox).filter((each) => each.what === what).length >= count || false,
    );
  const nothingCounted = (): void => {
    const moved = recordOf(scene.sandbox).filter(({ what }) =>
      ['vote.counted', 'request.approve', 'request.deny'].includes(what),
    );
    assert.deepEqual(moved, []);
  };
  const inSlack = async (
    message: StoredMessage,
    over: { action?: Fields; over?: Fields },
    user = 'U0BOB',
  ): Promise<void> => {
    assert.equal((await scene.sandbox.door().press({ user, message, label: 'Approve', ...over })).status, 200);
  };
  /** A press in Teams with whatever the client, or somebody in its name, made of it. */
  const activity = (message: TeamsMessage, data: Fields, over: Fields = {}, where = message.conversation): Fields => {
    const conversation = teams().chats.findConversation(where)!;
    const user = teams().chats.user(objectIds.bob);
    const button = executablesOf(message).find((each) => titleOf(each) === 'Approve')!;
    const pressed = { teams: teams(), user, conversation, root: message.root ?? message.id, at: Date.now() };
    const { type, verb } = button.action;
    const action = { type, title: 'Approve', verb, data: { ...fieldsOf(button.action.data), ...data } };
    return { ...invokeActivity(pressed, message, action), ...over };
  };
  const sendTeams = async (body: Fields, status = 200): Promise<void> => {
    assert.equal((await scene.sandbox.teamsDoor().activity(body)).status, status);
  };
  const otherRequest = async (): Promise<StoredMessage> => {
    await scene.ask(`${second} another`);
    return eventually('the second card', () =>
      scene.sandbox.slack
        .messages(channel)
        .find((each) => buttonsOf(each).length > 0 && each.message.ts !== card.message.ts),
    );
  };

  it('with a token that was made up, or altered by one letter, is refused and recorded', async () => {
    const token = tokenOf(card);
    const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const value of ['approve', altered]) await inSlack(card, { action: { value } });
    for (const token of ['approve', altered]) await sendTeams(activity(inTeams, { token }));
    await recorded('press.unknown', 4);
    nothingCounted();
  });

  it('with fields that say who approves, what, and how, is the press of whoever the platform names', async () => {
    const forged = {
      approver: 'U0BOB',
      user: { id: 'U0BOB' },
      requestId: 'ANY',
      decision: 'approve',
      revision: 1,
      commitment: 'x',
    };
    const { user: _user, ...rest } = forged;
    await inSlack(card, { action: { ...forged, value: tokenOf(card) }, over: { ...rest, approvals: 2 } }, 'U0DAVE');
    await recorded('vote.refused');
    const { from: _from, ...claims } = { ...forged, from: { aadObjectId: objectIds.bob } };
    const dave = teams().chats.user(objectIds.dave);
    const from = { id: dave.id, name: 'Bob Lead', aadObjectId: dave.aadObjectId };
    await sendTeams(activity(inTeams, claims, { from, relatesTo: { user: { aadObjectId: objectIds.bob } } }));
    await recorded('vote.refused', 2);
    nothingCounted();
  });

  it('that is repeated under a fresh signature is done once', async () => {
    const sent = await scene.sandbox.door().press({ user: 'U0DAVE', message: card, label: 'Approve' });
    await recorded('vote.refused');
    assert.equal((await sent.again()).status, 200);
    assert.equal((await sent.again()).status, 200);
    await inSlack(card, { action: { value: 'marker' } });
    await recorded('press.unknown');
    assert.equal(recordOf(scene.sandbox).filter(({ what }) => what === 'vote.refused').length, 1);
  });

  it('with an old signature, or a body altered after it was signed, does not come in', async () => {
    const { payload } = await scene.sandbox.door().press({ user: 'U0DAVE', message: card, label: 'Approve' });
    const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
    const secret = scene.sandbox.settings['SLACK_SIGNING_SECRET']!;
    const signed = (seconds: number, text = body): Record<string, string> => {
      const timestamp = Math.floor(Date.now() / 1_000) + seconds;
      return {
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': slackSignature(secret, timestamp, text),
      };
    };
    assert.equal((await scene.sandbox.door().raw(body, signed(-600))).status, 401);
    assert.equal((await scene.sandbox.door().raw(body.replace('U0DAVE', 'U0BOB'), signed(0))).status, 401);
    await sendTeams(activity(inTeams, {}, { channelData: { tenant: { id: objectIds.mallory } } }), 403);
    assert.equal((await scene.sandbox.teamsDoor().activity(activity(inTeams, {}), null)).status, 401);
    nothingCounted();
  });

  it('with the account of another workspace or tenant is refused and recorded', async () => {
    await inSlack(card, { over: { user: { id: 'U0BOB', team_id: 'T0OTHER' }, team: { id: 'T0OTHER' } } });
    await inSlack(card, {}, 'U0MALLORY');
    await recorded('person.refused', 2);
    nothingCounted();
  });

  it('in the name of another workspace, by a member of this one, is refused and recorded', async () => {
    await inSlack(card, { over: { team: { id: 'T0OTHER' } } });
    await recorded('vote.misplaced');
    nothingCounted();
  });

  it('that puts the token of one request below the card of another is refused and recorded, and leaves that card alone', async () => {
    const other = await otherRequest();
    await inSlack(other, { action: { value: tokenOf(card) } });
    await recorded('vote.misplaced');
    const otherInTeams = await eventually('the second card in Teams', () =>
      teams()
        .messages(teamsIds.approvals)
        .find((each) => titles(each).length > 0 && each.id !== inTeams.id),
    );
    await sendTeams(activity(otherInTeams, { token: teamsToken(inTeams) }));
    await recorded('vote.misplaced', 2);
    nothingCounted();
    const now = scene.sandbox.slack.messages(channel).find((each) => each.message.ts === other.message.ts);
    assert.ok(now && buttonsOf(now).length > 0, 'the other card has its buttons');
  });

  it('that takes a token into another conversation is refused and recorded', async () => {
    assert.notEqual(tokenOf(card), tokenOf(copy));
    await inSlack(copy, { action: { value: tokenOf(card) } });
    await inSlack(card, { action: { value: tokenOf(copy) } });
    await inSlack(card, { over: { channel: { id: 'D0BOB' }, container: { channel_id: 'D0BOB' } } });
    await recorded('vote.misplaced', 3);
    await sendTeams(activity(inTeams, {}, {}, teamsIds.incident));
    await sendTeams(activity(inTeams, {}, {}, teamsIds.warRoom));
    await sendTeams(activity(inTeams, { token: tokenOf(card) }));
    await recorded('vote.misplaced', 6);
    await inSlack(card, { action: { value: teamsToken(inTeams) } });
    await recorded('vote.misplaced', 7);
    nothingCounted();
    const fields = recordOf(scene.sandbox)
      .filter(({ what }) => what === 'vote.misplaced')
      .map(({ detail }) => detail['field']);
    assert.deepEqual(fields, [...Array<string>(5).fill('conversation'), 'platform', 'platform']);
  });

  it('that gets a card answered in another conversation gets no card with buttons for it', async () => {
    const { body } = await scene.sandbox.teamsDoor().activity(activity(inTeams, {}, {}, teamsIds.incident));
    assert.doesNotMatch(JSON.stringify(body), /Action\.Execute|token/);
    await recorded('vote.misplaced');
  });

  it('with a button of an earlier revision is refused and recorded', async () => {
    const [, id] = /([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(JSON.stringify(card.message.blocks)) ?? [];
    await scene.sandbox.door().directMessage({ user: 'U0ALICE', text: `edit ${id} beacon and more` });
    await recorded('request.revised');
    await inSlack(card, { action: { value: tokenOf(card) } });
    await sendTeams(activity(inTeams, {}));
    await recorded('vote.stale', 2);
    nothingCounted();
  });
});

describe('a button at its limits', function () {
  this.timeout(60_000);
  let scene: Scene;
  afterEach(() => scene.close());

  const counted = (what: string): number => recordOf(scene.sandbox).filter((each) => each.what === what).length;
  const recorded = (what: string, count = 1): Promise<true> =>
    eventually(`${what} in the record`, () => counted(what) >= count || false);

  it('is refused and recorded once its time is over', async () => {
    scene = await Scene.open({ policy: bothPlatforms });
    await scene.ask(`${first} beacon`);
    const card = await scene.card();
    const database = new Database(scene.sandbox.settings['DATABASE_URL']!.slice('sqlite:'.length));
    database.exec('update button set expires_at = 1');
    database.close();
    await scene.press(card);
    await recorded('vote.expired');
    assert.equal(scene.posts().length, 0);
  });

  for (const [approvals, posts] of [
    [1, 1],
    [2, 0],
  ] as const) {
    it(`is one vote where one human presses on both platforms at one instant, ${approvals} needed`, async () => {
      const policy = sandboxPolicy.replace('approvals: 1', `approvals: ${approvals}`);
      scene = await Scene.open({ policy, teams: {} });
      await scene.ask(`${first} beacon`);
      const card = await scene.card();
      const teams = scene.sandbox.teams();
      const message = await eventually('a card in Teams', () =>
        teams.messages(teamsIds.approvals).find((each) => titles(each).length > 0),
      );
      await Promise.all([
        scene.press(card),
        scene.sandbox.teamsDoor().press({ user: objectIds.bob, message, title: 'Approve' }),
      ]);
      const turnedAway = (): number => counted('vote.late') + counted('vote.repeated');
      await eventually('the second one turned away', () => turnedAway() === 1);
      assert.equal(counted('vote.counted') + counted('request.approve'), 1);
      if (posts === 1) await scene.inThread(card, /app execution is restricted/);
      assert.equal(scene.posts().length, posts);
    });
  }
});
