import assert from 'node:assert/strict';
import { type Contacts, createContacts } from '../../../adapters/teams/contacts.js';
import type { Account } from '../../../src/people/person.js';
import type { Addresses } from '../../../src/platform.js';

const [tenant, usual, serviceUrl] = ['t', 'https://usual.example/', 'https://service.example/'];
const account: Account = { platform: 'teams', tenant, user: 'o' };
const [channel, personal] = ['19:a@thread.tacv2', 'a:1'];
const inChannel = { serviceUrl, tenant, type: 'channel' } as const;
const inPerson = { serviceUrl, user: '29:1' };

describe('what is remembered of people and conversations in Teams', () => {
  let book: Map<string, string>;
  let calls: string[];
  let failing: boolean;
  let time: number;
  /** Of this process, and of a replica that shares the book. */
  let [contacts, others]: [Contacts | undefined, Contacts | undefined] = [undefined, undefined];
  const mine = (): Contacts => contacts!;
  const theirs = (): Contacts => others!;

  beforeEach(() => {
    book = new Map();
    calls = [];
    failing = false;
    time = 1_000_000;
    const counted: Addresses = {
      find: (key) => {
        calls.push(`find ${key}`);
        return Promise.resolve(book.get(key));
      },
      save: (key, value) => {
        calls.push(`save ${key}`);
        return failing ? Promise.reject(new Error('full')) : Promise.resolve(void book.set(key, value));
      },
      remove: (key) => Promise.resolve(void book.delete(key)),
    };
    const now = (): number => time;
    contacts = createContacts(counted, usual, now);
    others = createContacts({ ...counted, find: (key) => Promise.resolve(book.get(key)) }, usual, now);
  });

  const message = async (): Promise<void> => {
    await mine().noteConversation(channel, inChannel);
    await mine().notePerson(account, { ...inPerson, seenIn: channel });
    await mine().person(account);
    await mine().conversation(channel);
    await mine().person(account);
    await mine().serviceUrl(tenant);
  };

  it('reads each place once for a message, and not at all for the next that comes soon', async () => {
    await message();
    time += 10_000;
    calls = [];
    await message();
    assert.deepEqual(calls.toSorted(), [`find conversation:${channel}`, 'find person:t:o', 'find service:t']);
    calls = [];
    time += 1_000;
    await message();
    assert.deepEqual(calls, []);
  });

  it('sees what another replica noted after five seconds at the latest', async () => {
    await mine().noteConversation(channel, inChannel);
    await theirs().noteConversation(channel, { ...inChannel, serviceUrl: 'https://moved.example/' });
    time += 4_999;
    assert.equal((await mine().conversation(channel))?.serviceUrl, serviceUrl);
    time += 1;
    assert.equal((await mine().conversation(channel))?.serviceUrl, 'https://moved.example/');
  });

  it('remembers nothing any more when the clock was set back', async () => {
    await mine().noteConversation(channel, inChannel);
    time -= 1;
    calls = [];
    await mine().conversation(channel);
    assert.equal(calls.length, 1);
  });

  it('adds to what another replica noted of a person, whatever it remembers itself', async () => {
    await mine().notePerson(account, { ...inPerson, seenIn: channel });
    await theirs().notePerson(account, { ...inPerson, personal });
    await mine().notePerson(account, { ...inPerson, seenIn: '19:b@thread.tacv2' });
    assert.deepEqual(await mine().person(account), { ...inPerson, personal, seenIn: '19:b@thread.tacv2' });
    assert.deepEqual(await theirs().person(account), { ...inPerson, personal, seenIn: channel });
    time += 5_000;
    assert.deepEqual(await theirs().person(account), { ...inPerson, personal, seenIn: '19:b@thread.tacv2' });
  });

  it('writes again what could not be written', async () => {
    failing = true;
    await assert.rejects(mine().noteConversation(channel, inChannel), /full/);
    failing = false;
    await mine().noteConversation(channel, inChannel);
    assert.ok(book.has(`conversation:${channel}`));
  });

  it('does not remember what is not there: somebody may write the next moment', async () => {
    assert.equal(await mine().person(account), undefined);
    await theirs().notePerson(account, inPerson);
    assert.deepEqual(await mine().person(account), inPerson);
  });

  it('forgets a conversation at once, and notes it anew when it is back', async () => {
    await mine().noteConversation(channel, inChannel);
    await mine().forgetConversation(channel);
    assert.equal(await mine().conversation(channel), undefined);
    await mine().noteConversation(channel, inChannel);
    assert.ok(book.has(`conversation:${channel}`));
  });

  it('remembers a thousand places and no more', async () => {
    for (let n = 0; n <= 1_000; n += 1) await mine().noteConversation(`a:${n}`, inChannel);
    calls = [];
    await mine().conversation('a:1');
    await mine().conversation('a:1000');
    assert.deepEqual(calls, ['find conversation:a:1']);
  });
});
