import assert from 'node:assert/strict';
import type { Connector, Where } from '../../../adapters/teams/connector.js';
import { type Contacts, createContacts } from '../../../adapters/teams/contacts.js';
import { createTeamsPlatform } from '../../../adapters/teams/platform.js';
import { render } from '../../../adapters/teams/render/content.js';
import type { Account } from '../../../src/people/person.js';
import { type Platform, PlatformError, type PlatformErrorKind, type Target } from '../../../src/platform.js';
import type { View } from '../../../src/view/model.js';
import { alice, channel, personal, tenant } from './activities.js';

const view: View = { kind: 'note', note: { tone: 'neutral', lines: [['hello']] } };
const account: Account = { platform: 'teams', tenant, user: alice };
const serviceUrl = 'https://smba.example/emea/';
const usual = 'https://smba.example/teams/';

interface Sent extends Where {
  readonly targetedTo: string | undefined;
}

describe('Sending to Teams', () => {
  let contacts: Contacts;
  let sent: Sent[];
  let opened: string[];
  let rosters: Record<string, unknown>;
  let refusing: (where: Where, targeted: boolean) => PlatformErrorKind | undefined;
  let oddly: boolean;
  let teams: Platform;

  const error = (kind: PlatformErrorKind): PlatformError => new PlatformError(kind, 'test', 'as the test wants');
  const connector: Connector = {
    send(where, _content, targetedTo) {
      if (oddly) return Promise.reject(new PlatformError('refused', 'teams_unreadable', 'no id'));
      const kind = refusing(where, targetedTo !== undefined);
      if (kind !== undefined) return Promise.reject(error(kind));
      sent.push({ ...where, targetedTo });
      return Promise.resolve(`m${sent.length}`);
    },
    update(where, activity) {
      sent.push({ ...where, targetedTo: activity });
      return Promise.resolve();
    },
    openPersonal(at, _tenant, user) {
      opened.push(`${at} ${user}`);
      return Promise.resolve('a:new');
    },
    member: ({ conversation }) => {
      const entry = rosters[conversation];
      return entry === undefined ? Promise.reject(error('gone')) : Promise.resolve(entry);
    },
  };

  beforeEach(() => {
    const book = new Map<string, string>();
    contacts = createContacts(
      {
        find: (key) => Promise.resolve(book.get(key)),
        save: (key, value) => Promise.resolve(void book.set(key, value)),
        remove: (key) => Promise.resolve(void book.delete(key)),
      },
      usual,
      Date.now,
    );
    sent = [];
    oddly = false;
    opened = [];
    rosters = {};
    refusing = () => undefined;
    teams = createTeamsPlatform({ connector, contacts, settings: { tenants: [tenant], anonymous: false }, render });
  });

  const known = async (): Promise<void> => {
    await contacts.noteConversation(channel, { serviceUrl, tenant, type: 'channel' });
    await contacts.notePerson(account, { serviceUrl, user: '29:1alice', personal, seenIn: channel });
  };
  const whisper: Target = { to: 'whisper', account, conversation: channel, thread: '17' };

  it('goes into the thread of a channel, and the reference is the thread’s', async () => {
    await known();
    const ref = await teams.send({ to: 'conversation', conversation: channel, thread: '17' }, view);
    assert.deepEqual(sent, [{ serviceUrl, conversation: `${channel};messageid=17`, targetedTo: undefined }]);
    assert.deepEqual(ref, { platform: 'teams', conversation: `${channel};messageid=17`, message: 'm1' });
  });

  it('starts a new post where there is no thread, also in a channel that never wrote, at the tenant’s usual place', async () => {
    await teams.send({ to: 'conversation', conversation: channel }, view);
    assert.deepEqual(sent, [{ serviceUrl: usual, conversation: channel, targetedTo: undefined }]);
    await known();
    await teams.send({ to: 'conversation', conversation: '19:other@thread.tacv2' }, view);
    assert.equal(sent[1]?.serviceUrl, serviceUrl);
  });

  it('knows no threads in a group chat', async () => {
    const chat = '19:chat@thread.v2';
    await contacts.noteConversation(chat, { serviceUrl, tenant, type: 'groupChat' });
    await teams.send({ to: 'conversation', conversation: chat, thread: '17' }, view);
    assert.equal(sent[0]?.conversation, chat);
  });

  it('tells the channel where the root of the thread was deleted', async () => {
    await known();
    refusing = ({ conversation }) => (conversation === channel ? undefined : 'gone');
    const ref = await teams.send({ to: 'conversation', conversation: channel, thread: '17' }, view);
    assert.equal(ref.conversation, channel);
  });

  it('updates where the message was sent', async () => {
    await known();
    await teams.update({ platform: 'teams', conversation: `${channel};messageid=17`, message: 'm9' }, view);
    assert.deepEqual(sent, [{ serviceUrl, conversation: `${channel};messageid=17`, targetedTo: 'm9' }]);
  });

  it('writes to a person in the conversation that they have with the bot', async () => {
    await known();
    await teams.send({ to: 'person', account }, view);
    assert.equal(sent[0]?.conversation, personal);
    assert.deepEqual(opened, []);
  });

  it('opens that conversation for somebody who never wrote, by their Entra object id, and keeps it', async () => {
    await teams.send({ to: 'person', account }, view);
    await teams.send({ to: 'person', account }, view);
    assert.deepEqual(opened, [`${usual} ${alice}`]);
    assert.deepEqual(
      sent.map(({ conversation }) => conversation),
      ['a:new', 'a:new'],
    );
  });

  it('opens it anew where Teams does not know it any more', async () => {
    await known();
    refusing = ({ conversation }) => (conversation === personal ? 'gone' : undefined);
    await teams.send({ to: 'person', account }, view);
    assert.deepEqual(opened, [`${serviceUrl} 29:1alice`]);
    assert.equal((await contacts.person(account))?.personal, 'a:new');
  });

  it('whispers as a targeted message in the thread', async () => {
    await known();
    await teams.send(whisper, view);
    assert.deepEqual(sent, [{ serviceUrl, conversation: `${channel};messageid=17`, targetedTo: '29:1alice' }]);
  });

  for (const kind of ['refused', 'gone', 'not invited'] as const) {
    it(`whispers in a one-to-one message where a targeted one is “${kind}”`, async () => {
      await known();
      refusing = (_where, targeted) => (targeted ? kind : undefined);
      await teams.send(whisper, view);
      assert.deepEqual(sent, [{ serviceUrl, conversation: personal, targetedTo: undefined }]);
    });
  }

  it('whispers once where a targeted message was taken and answered oddly', async () => {
    await known();
    oddly = true;
    await assert.rejects(teams.send(whisper, view), { code: 'teams_unreadable' });
    assert.deepEqual(sent, []);
  });

  it('leaves an outage to the core, which tries the whisper again', async () => {
    await known();
    refusing = () => 'later';
    await assert.rejects(teams.send(whisper, view), { kind: 'later' });
    assert.deepEqual(sent, []);
  });

  describe('who somebody is', () => {
    const entry = {
      id: '29:1alice',
      aadObjectId: alice,
      tenantId: tenant,
      name: 'Alice',
      userRole: 'user',
      email: 'alice@contoso.example',
    };
    const lookUp = (over: object = {}) => {
      rosters = { [channel]: { ...entry, ...over } };
      return teams.lookUp(account);
    };
    beforeEach(known);

    it('a member, by the roster of the conversation in which they wrote', async () => {
      assert.deepEqual(await lookUp(), { account, name: 'Alice', standing: 'member', email: 'alice@contoso.example' });
    });

    const standings: [string, object, string][] = [
      ['a guest', { userRole: 'guest' }, 'guest'],
      ['an anonymous person of a meeting', { userRole: 'anonymous' }, 'external'],
      ['a person of another tenant', { tenantId: 'ffffffff-9999-4999-8999-999999999999' }, 'external'],
      ['a bot', { id: '28:other' }, 'bot'],
    ];
    for (const [who, over, standing] of standings) {
      it(`${who} is ${standing}, and their e-mail is nobody’s proof`, async () => {
        const profile = await lookUp(over);
        assert.equal(profile.standing, standing);
        assert.equal(profile.email, undefined);
      });
    }

    it('fails closed where the roster gives another person, no role, a new role, or nonsense', async () => {
      for (const over of [
        { aadObjectId: 'somebody-else' },
        { aadObjectId: null, objectId: null },
        { userRole: null },
        { userRole: 'robot' },
        { id: 7 },
      ]) {
        await assert.rejects(lookUp(over), { kind: 'later', code: 'teams_unclear' });
      }
    });

    it('somebody who left the team is found in their chat with Cordon; in no roster, they are gone (bug 20)', async () => {
      rosters = { [personal]: entry };
      assert.equal((await teams.lookUp(account)).standing, 'member');
      rosters = {};
      await assert.rejects(teams.lookUp(account), { kind: 'gone' });
    });

    it('somebody who has left the last conversation with Cordon is gone as well, and not taken for a stranger (bug 20)', async () => {
      const user = (await contacts.person(account))?.user ?? '';
      await contacts.notePerson(account, { serviceUrl, user, seenIn: undefined, personal: undefined });
      await assert.rejects(teams.lookUp(account), { kind: 'gone', code: 'teams_person_left' });
    });

    it('a tenant that is not configured is external, whatever the roster says', async () => {
      const elsewhere = { ...account, tenant: 'ffffffff-9999-4999-8999-999999999999' };
      assert.equal((await teams.lookUp(elsewhere)).standing, 'external');
    });

    it('cannot be told of somebody who never wrote to Cordon', async () => {
      await assert.rejects(teams.lookUp({ ...account, user: 'nobody' }), {
        kind: 'refused',
        code: 'teams_unknown_person',
      });
    });

    it('takes any tenant in the Agents Playground, where nobody is authenticated, and no other word for the roster’s', async () => {
      const open = createTeamsPlatform({ connector, contacts, settings: { tenants: [], anonymous: true }, render });
      rosters = { [channel]: entry };
      assert.equal((await open.lookUp(account)).standing, 'member');
      rosters = { [channel]: { ...entry, userRole: undefined } };
      await assert.rejects(open.lookUp(account), { code: 'teams_unclear' });
    });
  });
});
