import assert from 'node:assert/strict';
import { objectIds, teamsIds } from '../../sandbox/cast.js';
import { invokeActivity, messageActivity } from '../../sandbox/teams/activities.js';
import { executablesOf, type Fields, fieldsOf, titleOf } from '../../sandbox/teams/cards.js';
import { asTyped } from '../../sandbox/teams/typed.js';
import { type Issuer, seconds, startIssuer } from '../adapters/teams/issuer.js';
import { eventually } from './eventually.js';
import { refusals } from './record.js';
import { TeamsScene, teamsOnly } from './teams-scene.js';

/** What the Bot Framework's own token opens, and that nothing else does: with real keys, signatures and processes. */
describe('the door for Teams', function () {
  this.timeout(60_000);
  let scene: TeamsScene;
  let stranger: Issuer;
  let impostor: Issuer;
  before(async () => {
    scene = await TeamsScene.open(teamsOnly);
    stranger = await startIssuer();
    impostor = await startIssuer(scene.teams.settings['ToBotFromChannelTokenIssuer']);
  });
  after(() => Promise.all([scene.close(), stranger.close(), impostor.close()]));

  let lastId = 1_000;
  const command = (device: string): Fields => {
    const conversation = scene.teams.chats.findConversation(teamsIds.incident)!;
    const id = String(lastId++);
    const user = scene.teams.chats.user(objectIds.alice);
    const said = { teams: scene.teams, user, conversation, root: id, at: Date.now() };
    return messageActivity(said, id, asTyped(`restrict ${device} beacon`, true), 'mention');
  };
  const post = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${scene.scene.sandbox.cordon().url}/api/messages`, { method: 'POST', body, headers });
  const channelClaims = (): Fields => ({ aud: scene.teams.appId, serviceurl: scene.teams.serviceUrl });

  /** Sends a command that has to be refused, then asks for the open requests: the calls of Cordon are those of the question alone. */
  const refuses = async (status: number, activity: Fields, token?: string | null): Promise<void> => {
    const { defender } = scene.scene.sandbox;
    const [calls, lookUps] = [scene.teams.calls.length, defender.calls.length];
    assert.equal((await scene.door.activity(activity, token)).status, status);
    const answered = scene.directlyTo('alice').length;
    await scene.sayDirectly('alice', 'list');
    await eventually('the list', () => scene.directlyTo('alice').length > answered);
    assert.match(scene.directlyTo('alice').at(-1) ?? '', /No request is open/);
    // Who asks is not asked about where they were within the last second.
    const made = scene.teams.calls.slice(calls).map(({ operation }) => operation);
    assert.deepEqual(
      made.filter((operation) => operation !== 'getMember'),
      ['sendToConversation'],
    );
    assert.ok(made.length <= 2);
    assert.equal(defender.calls.length, lookUps);
  };

  const refused: Readonly<Record<string, () => Promise<string | null>>> = {
    'no token': () => Promise.resolve(null),
    'a token of another issuer': () => stranger.sign(channelClaims()),
    'a token by another key in the name of the Bot Framework': () => impostor.sign(channelClaims()),
    'a token that names another issuer': () => scene.teams.token({ iss: 'https://login.example' }),
    'a token for another bot': () => scene.teams.token({ aud: '00000000-0000-4000-8000-000000000000' }),
    'an expired token': () => scene.teams.token({ iat: seconds(-7_200), nbf: seconds(-7_200), exp: seconds(-3_600) }),
    'a token that does not hold yet': () => scene.teams.token({ nbf: seconds(3_600), exp: seconds(7_200) }),
    'a token whose payload was changed': async () => {
      const token = await scene.teams.token({ serviceurl: 'https://elsewhere.example/' });
      const [header = '', payload = '', signature = ''] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const changed = JSON.stringify({ ...claims, serviceurl: scene.teams.serviceUrl });
      return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
    },
    'a token without a signature (alg none)': () => scene.teams.token({}, { alg: 'none' }),
    'a token for another service URL': () => scene.teams.token({ serviceurl: 'http://127.0.0.1:9/teams/' }),
  };

  for (const [name, token] of Object.entries(refused)) {
    it(`answers 401 to ${name}, and nothing is stored`, async () => {
      await refuses(401, command(scene.newDevice()), await token());
    });
  }

  it('answers 401 to an activity that names another service URL than its token', async () => {
    await refuses(401, { ...command(scene.newDevice()), serviceUrl: 'http://127.0.0.1:9/teams/' });
  });

  it('answers 403 to an activity of another tenant, though its token is good', async () => {
    const activity = command(scene.newDevice());
    const tenant = { id: '2b6e9f40-7777-4888-9999-aaaabbbbcccc' };
    const foreign = {
      ...activity,
      conversation: { ...fieldsOf(activity['conversation']), tenantId: tenant.id },
      channelData: { ...fieldsOf(activity['channelData']), tenant },
    };
    await refuses(403, foreign);
  });

  it('answers 400 to what is no JSON and to what is no activity', async () => {
    const authorization = `Bearer ${await scene.teams.token()}`;
    const headers = { authorization, 'content-type': 'application/json' };
    for (const body of ['', '{', 'null', '[]', '{}', '{"type":"message"}']) {
      assert.equal((await post(body, headers)).status, 400, body);
    }
  });

  it('answers 413 to a body over the limit', async () => {
    await refuses(413, { ...command(scene.newDevice()), text: 'x'.repeat(1_100_000) });
  });

  it('counts no press that comes without a token', async () => {
    const card = await scene.ask('alice');
    const approve = executablesOf(card).find((each) => titleOf(each) === 'Approve')!;
    const conversation = scene.teams.chats.findConversation(teamsIds.incident)!;
    const user = scene.teams.chats.user(objectIds.bob);
    const pressed = { teams: scene.teams, user, conversation, root: card.root, at: Date.now() };
    const activity = invokeActivity(pressed, card, approve.action);
    assert.equal((await scene.door.activity(activity, null)).status, 401);
    assert.equal((await scene.door.activity(activity, await impostor.sign(channelClaims()))).status, 401);
    assert.ok(scene.waits(card));
    assert.equal((await scene.door.activity(activity)).status, 200);
    await scene.told(card, /app execution is restricted/);
    assert.equal(scene.scene.posts().length, 1);
  });

  it('has every refusal on record by the time it has ended', async () => {
    const { sandbox } = scene.scene;
    await sandbox.cordon().stop();
    const expected = {
      unsigned: 3,
      'foreign issuer': 2,
      'wrong signature': 8,
      'foreign tenant': 1,
      malformed: 6,
      'too large': 1,
    };
    const found = Object.keys(expected).map((reason) => [reason, refusals(sandbox, 'teams', reason)]);
    assert.deepEqual(Object.fromEntries(found), expected);
  });
});
