import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { bothPlatforms, devices, objectIds, teamsIds } from '../../sandbox/cast.js';
import type { TeamsMessage } from '../../sandbox/teams.js';
import { wordsOf } from '../../sandbox/teams/words.js';
import type { Driver, Shown } from '../contract/platform-driver.js';
import { startIssuer } from '../adapters/teams/issuer.js';
import { teamsDriver } from './drivers/teams.js';
import { eventually } from './eventually.js';
import { Scene } from './scene.js';

const device = String(devices[0]!.computerDnsName);
const withApprovals = bothPlatforms.replace('"slack:C0APPROVE", ', '');
const policy = withApprovals.replace(/, "teams:[^"]*"/, '');
const result = /app execution is restricted/;

describe('end to end in Teams', function () {
  this.timeout(60_000);
  let scene: Scene;
  let teams: Driver;
  const open = async (rules = policy): Promise<void> => {
    scene = await Scene.open({ policy: rules, teams: {} });
    teams = teamsDriver(scene.sandbox);
  };
  beforeEach(() => open());
  afterEach(() => scene.close());

  const standIn = () => scene.sandbox.teams();
  const door = () => scene.sandbox.teamsDoor();
  const card = (): Promise<Shown> => eventually('a card', () => teams.card());
  const ask = async (): Promise<Shown> => {
    await teams.say('alice', `restrict ${device} beacon`);
    return card();
  };
  const reply = (root: Shown, words: RegExp): Promise<true> =>
    eventually(`${String(words)} in the thread`, () => teams.replies(root).some((text) => words.test(text)) || false);
  const stored = ({ id, conversation }: Shown): TeamsMessage =>
    standIn()
      .messages(conversation)
      .find((message) => message.id === id)!;
  const ofCordon = (conversation: string): TeamsMessage[] =>
    standIn()
      .messages(conversation)
      .filter(({ from }) => from === undefined);

  it('lets in only what the Bot Framework signed for this bot, now, and stores nothing else', async () => {
    const activity = {
      type: 'message',
      id: '1',
      channelId: 'msteams',
      serviceUrl: standIn().serviceUrl,
      text: `restrict ${device} forged`,
      from: { id: '29:1x', aadObjectId: objectIds.alice, name: 'Alice Analyst' },
      recipient: { id: `28:${standIn().appId}` },
      conversation: { id: 'a:forged', conversationType: 'personal', tenantId: standIn().tenantId },
      channelData: { tenant: { id: standIn().tenantId } },
    };
    const now = Math.floor(Date.now() / 1_000);
    const good = await standIn().token();
    const [head = '', payload = '', signature = ''] = good.split('.');
    const other = await startIssuer();
    const encode = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const hmac = `${encode({ alg: 'HS256', typ: 'JWT' })}.${payload}`;
    const bad: Record<string, string | null> = {
      'no token': null,
      'no JWT': 'nonsense',
      'another issuer': await other.sign({ aud: standIn().appId, serviceurl: standIn().serviceUrl }),
      'another key under the right name': await other.sign({ ...claims }),
      'no algorithm': `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      'a symmetric one': `${hmac}.${createHmac('sha256', 'key').update(hmac).digest('base64url')}`,
      'a changed payload': `${head}.${encode({ ...claims, serviceurl: 'https://evil.example/' })}.${signature}`,
      'another audience': await standIn().token({ aud: 'somebody-else' }),
      expired: await standIn().token({ exp: now - 600, nbf: now - 1_200, iat: now - 1_200 }),
      'not yet valid': await standIn().token({ nbf: now + 900 }),
      'another service URL': await standIn().token({ serviceurl: 'https://smba.example/' }),
    };
    await other.close();
    for (const [why, token] of Object.entries(bad)) {
      assert.equal((await door().activity(activity, token)).status, 401, why);
    }
    assert.equal((await door().activity({ ...activity, channelId: 'emulator' })).status, 401);
    const elsewhere = {
      ...activity,
      conversation: { ...activity.conversation, tenantId: 'x' },
      channelData: { tenant: { id: 'x' } },
    };
    assert.equal((await door().activity(elsewhere)).status, 403, 'another tenant');
    assert.equal((await door().activity({ hello: 1 })).status, 400);
    assert.equal((await door().activity({ ...activity, text: 'x'.repeat(2_000_000) })).status, 413);
    assert.equal(standIn().calls.length, 0, 'nobody was looked up, nothing was said');
  });

  it('bug 5: believes nothing that a client puts beside the token, and needs no trigger', async () => {
    const root = await ask();
    const message = stored(root);
    await teams.approve('dave', root);
    await eventually('the refusal', () =>
      ofCordon(teamsIds.incident).some(({ targetedTo }) => targetedTo === objectIds.dave),
    );
    const token = /"token":"([^"]+)"/.exec(JSON.stringify(message.activity))?.[1];
    const press = {
      type: 'invoke',
      name: 'adaptiveCard/action',
      id: 'f:forged',
      channelId: 'msteams',
      serviceUrl: standIn().serviceUrl,
      from: {
        id: standIn()
          .users()
          .find(({ aadObjectId }) => aadObjectId === objectIds.dave)?.id,
        aadObjectId: objectIds.dave,
      },
      recipient: { id: `28:${standIn().appId}` },
      replyToId: message.id,
      conversation: {
        id: `${message.conversation};messageid=${message.root ?? message.id}`,
        conversationType: 'channel',
        tenantId: standIn().tenantId,
      },
      channelData: { tenant: { id: standIn().tenantId } },
      value: {
        action: {
          type: 'Action.Execute',
          verb: 'cordon.press',
          data: {
            token,
            approver: objectIds.bob,
            user: objectIds.bob,
            task: 'approve',
            decision: 'approve',
            account: { user: objectIds.bob },
          },
        },
        approver: objectIds.bob,
      },
    };
    assert.equal((await door().activity(press)).status, 200);
    await eventually(
      'two refusals',
      () => ofCordon(teamsIds.incident).filter(({ targetedTo }) => targetedTo === objectIds.dave).length === 2,
    );
    assert.equal(scene.posts().length, 0);
  });

  it('answers a press with the new card, at once', async () => {
    const root = await ask();
    const { body } = await door().press({ user: objectIds.bob, message: stored(root), title: 'Approve' });
    const { type, value } = body as { type: string; value: object };
    assert.equal(type, 'application/vnd.microsoft.card.adaptive');
    assert.doesNotMatch(JSON.stringify(value), /Waiting for approval|Action\.Execute/);
    assert.match(JSON.stringify(value), /Approved|Being sent|Submitted/);
  });

  it('puts the card into the thread of the post that mentioned it; a slash command of its own has none', async () => {
    const root = await ask();
    const { root: post } = stored(root);
    assert.equal(
      standIn()
        .messages(teamsIds.incident)
        .find(({ id }) => id === post)?.from,
      objectIds.alice,
    );
    await door().say({
      user: objectIds.alice,
      conversation: teamsIds.incident,
      thread: post!,
      text: 'list',
      slash: true,
    });
    await eventually('the answer in that thread', () =>
      standIn()
        .thread(teamsIds.incident, post!)
        .some((each) => each.targetedTo === objectIds.alice && /Open requests: 1/.test(wordsOf(each))),
    );
    await door().say({
      user: objectIds.bob,
      conversation: teamsIds.incident,
      text: 'restrict laptop-sales-12 y',
      slash: true,
    });
    await eventually('a card of its own', () =>
      ofCordon(teamsIds.incident).some((each) => each.root === undefined && /laptop-sales-12/.test(wordsOf(each))),
    );
  });

  it('bug 14: two requests in one thread do not settle each other', async () => {
    const first = await ask();
    const thread = stored(first).root!;
    await door().say({
      user: objectIds.alice,
      conversation: teamsIds.incident,
      thread,
      text: 'restrict laptop-sales-12 also odd',
    });
    const second = await eventually('the second card', () => {
      const shown = teams.card();
      return shown && shown.id !== first.id ? shown : undefined;
    });
    assert.equal(stored(second).root, thread);
    await teams.deny('bob', second, 'on a trip');
    await eventually('the second at its end', () => teams.buttons(second).length === 0);
    assert.deepEqual(teams.buttons(first), ['Approve', 'Deny']);
    await teams.approve('bob', first);
    await reply(first, result);
    assert.deepEqual(scene.sandbox.defender.restrictedMachines(), [devices[0]!.id]);
  });

  it('works in a group chat, which has no threads; people of another tenant are refused there', async () => {
    const say = (user: string, text: string) => door().say({ user, conversation: teamsIds.warRoom, text });
    await say(objectIds.alice, `restrict ${device} seen in the war room`);
    const shown = await eventually('the card', () =>
      ofCordon(teamsIds.warRoom).find((each) => /seen in the war room/.test(wordsOf(each))),
    );
    assert.equal(shown.root, undefined);
    await say(objectIds.mallory, `restrict ${device} let me`);
    await eventually('the refusal', () =>
      ofCordon(teamsIds.warRoom).some(
        (each) => each.targetedTo === objectIds.mallory && /another organisation/.test(wordsOf(each)),
      ),
    );
    await door().press({ user: objectIds.bob, message: shown, title: 'Approve' });
    await eventually('the result in the chat', () =>
      ofCordon(teamsIds.warRoom).some((each) => result.test(wordsOf(each))),
    );
    assert.equal(scene.posts().length, 1);
  });

  it('says it one-to-one where a targeted message is refused', async () => {
    standIn().fault({ operation: 'sendToConversation', kind: 'error', error: 'BadArgument' });
    await teams.say('alice', 'restrict');
    await eventually('the usage error in the personal chat', () =>
      teams.directlyTo('alice').some((text) => /For example/.test(text)),
    );
  });

  it('tells the thread, and does not try again, where the requester cannot be written to', async () => {
    const root = await ask();
    standIn().fault({
      operation: 'createConversation',
      kind: 'error',
      error: 'ConversationBlockedByUser',
      times: Infinity,
    });
    await teams.deny('bob', root, 'known tool');
    await reply(root, /could not tell Alice Analyst in a direct message\. They have blocked Cordon/);
    const tries = standIn().calls.filter(({ operation }) => operation === 'createConversation').length;
    assert.equal(tries, 1);
  });

  it('waits as long as a 429 says, and comes through', async () => {
    const root = await ask();
    standIn().fault({ operation: 'updateActivity', kind: '429', retryAfter: 2 });
    await teams.approve('bob', root);
    await eventually('the card at its end', () => /Done/.test(teams.words(root)));
    const updates = standIn().calls.filter(({ operation }) => operation === 'updateActivity');
    const refused = updates.findIndex(({ status }) => status === 429);
    assert.ok(updates[refused + 1]!.at - updates[refused]!.at >= 2_000);
  });

  it('bug 18: posts the card once it is installed in the channel again, and told the requester meanwhile', async () => {
    await scene.close();
    await open(withApprovals);
    await door().uninstall({ user: objectIds.alice, conversation: teamsIds.approvals });
    await ask();
    await eventually('the requester told', () =>
      teams.directlyTo('alice').some((text) => /card could not be posted/.test(text)),
    );
    await door().install({ user: objectIds.alice, conversation: teamsIds.approvals });
    await eventually('the card in the approvals channel', () => teams.card('approvals'), 20_000);
  });
});
