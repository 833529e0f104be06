import assert from 'node:assert/strict';
import type { Account } from '../../src/people/person.js';
import type { Link } from '../../src/store/people.js';
import type { Effects } from '../../src/store/store.js';
import { event, incoming, nothing, reply, request, due } from '../store/examples.js';
import { type Subject, storeTime } from './store.js';

const ann: Account = { platform: 'slack', tenant: 'T0HOME', user: 'UANN' };
const entra = 'entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000';

function link(account: string, over: Partial<Link> = {}): Link {
  return { account, entra, at: 1_000, proof: 'code', ...over };
}

const effects: Effects = { audit: [event('person.linked')], deliveries: [reply('l', 'linked')], settles: 'k1' };

export function peopleContract(subject: Subject): void {
  const code = (hash: string, over: { account?: Account; expiresAt?: number } = {}) => ({
    hash,
    account: ann,
    expiresAt: storeTime + 600_000,
    ...over,
  });
  const recorded = async () => (await subject.store.auditOf({ requestId: request().id }, 10)).length;
  const linked = async (...links: readonly Link[]): Promise<void> => {
    for (const each of links) {
      await subject.store.saveLinkCode(code(`for ${each.account}`), nothing);
      assert.equal(await subject.store.useLinkCode(`for ${each.account}`, each, nothing), true);
    }
  };

  describe('links', () => {
    it('are found by either side, oldest first', async () => {
      const { store } = subject;
      const [late, early] = [link('slack:T0HOME:UANN', { at: 2_000 }), link('slack:T0OTHER:UANN', { at: 1_000 })];
      await linked(late, early, link('slack:T0HOME:UBOB', { entra: `${entra}x` }));
      assert.deepEqual(await store.linkOf('slack:T0HOME:UANN'), late);
      assert.equal(await store.linkOf('slack:T0HOME:UCAT'), undefined);
      assert.deepEqual(await store.linksTo(entra), [early, late]);
      assert.deepEqual(await store.linksTo('entra:t:o'), []);
    });

    it('are taken away together with what is recorded, owed and answered', async () => {
      const { store } = subject;
      const both = [link('slack:T0HOME:UANN'), link('slack:T0OTHER:UANN')];
      await linked(...both);
      await store.accept(incoming('k1'), 10);
      assert.equal(await store.unlink(both, effects), true);
      assert.deepEqual(await store.linksTo(entra), []);
      assert.equal(await recorded(), 1);
      assert.equal((await due(store).deliveries(storeTime, 10)).length, 1);
      assert.equal(await store.isSettled('k1'), true);
    });

    it('are all left, and nothing is recorded, when one of them has gone or changed', async () => {
      const { store } = subject;
      const stored = link('slack:T0HOME:UANN');
      await linked(stored);
      for (const stale of [link('slack:T0HOME:UBOB'), { ...stored, at: 999 }, { ...stored, entra: 'entra:t:o' }]) {
        assert.equal(await store.unlink([stored, stale], effects), false);
      }
      assert.deepEqual(await store.linksTo(entra), [stored]);
      assert.equal(await recorded(), 0);
    });
  });

  describe('link codes', () => {
    it('come back as they were, expired or not, with what was owed beside them', async () => {
      const { store } = subject;
      await store.accept(incoming('k1'), 10);
      await store.saveLinkCode(code('h1'), effects);
      assert.deepEqual(await store.linkCode('h1'), code('h1'));
      assert.equal(await store.linkCode('h2'), undefined);
      assert.equal(await recorded(), 1);
      assert.equal(await store.isSettled('k1'), true);
      await store.saveLinkCode(code('old', { account: { ...ann, user: 'UBOB' }, expiresAt: storeTime }), nothing);
      assert.ok(await store.linkCode('old'));
    });

    it('are void once the same account has a newer one, whatever the order of its fields; others stay', async () => {
      const { store } = subject;
      await store.saveLinkCode(code('h1'), nothing);
      await store.saveLinkCode(code('bob', { account: { ...ann, user: 'UBOB' } }), nothing);
      await store.saveLinkCode(code('h2', { account: { user: 'UANN', tenant: 'T0HOME', platform: 'slack' } }), nothing);
      assert.equal(await store.linkCode('h1'), undefined);
      assert.ok(await store.linkCode('h2'));
      assert.ok(await store.linkCode('bob'));
    });

    it('are used once, in the transaction that makes the link', async () => {
      const { store } = subject;
      await store.accept(incoming('k1'), 10);
      await store.saveLinkCode(code('h1'), nothing);
      assert.equal(await store.useLinkCode('h1', link('slack:T0HOME:UANN'), effects), true);
      assert.equal(await store.linkCode('h1'), undefined);
      assert.equal(await store.useLinkCode('h1', link('slack:T0HOME:UBOB'), nothing), false);
      assert.deepEqual(await store.linksTo(entra), [link('slack:T0HOME:UANN')]);
      assert.equal(await recorded(), 1);
      assert.equal(await store.isSettled('k1'), true);
    });

    it('are used once by two replicas at the same moment', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      await store.saveLinkCode(code('h1'), nothing);
      const outcomes = await Promise.all([
        store.useLinkCode('h1', link('slack:T0HOME:UANN'), nothing),
        other.useLinkCode('h1', link('slack:T0HOME:UANN', { entra: 'entra:t:o' }), nothing),
      ]);
      assert.deepEqual(outcomes.sort(), [false, true]);
      assert.ok(await store.linkOf('slack:T0HOME:UANN'));
    });

    it('are used up without a link too, and kept when the account has got one meanwhile', async () => {
      const { store } = subject;
      await store.saveLinkCode(code('h1'), nothing);
      assert.equal(await store.useLinkCode('h1', undefined, nothing), true);
      assert.equal(await store.linkCode('h1'), undefined);
      await linked(link('slack:T0HOME:UANN'));
      await store.saveLinkCode(code('h2'), nothing);
      assert.equal(await store.useLinkCode('h2', link('slack:T0HOME:UANN', { entra: 'entra:t:o' }), effects), false);
      assert.ok(await store.linkCode('h2'));
      assert.equal(await recorded(), 0);
      assert.deepEqual(await store.linkOf('slack:T0HOME:UANN'), link('slack:T0HOME:UANN'));
    });
  });

  describe('e-mail addresses', () => {
    it('bring together who was last seen with the same one, in any case', async () => {
      const { store } = subject;
      await store.noteEmail('slack:T:UANN', 'Ann@Contoso.com', 1);
      await store.noteEmail(entra, 'ann@contoso.com', 2);
      await store.noteEmail('slack:T:UBOB', 'bob@contoso.com', 3);
      assert.deepEqual(await store.sharingEmail(entra), [
        { id: entra, seenAt: 2 },
        { id: 'slack:T:UANN', seenAt: 1 },
      ]);
      assert.deepEqual(await store.sharingEmail('slack:T:UCAT'), []);
    });

    it('are replaced by the next one, and forgotten on demand', async () => {
      const { store } = subject;
      await store.noteEmail('slack:T:UANN', 'ann@contoso.com', 1);
      await store.noteEmail(entra, 'ann@contoso.com', 2);
      await store.noteEmail('slack:T:UANN', 'ann.new@contoso.com', 3);
      assert.deepEqual(await store.sharingEmail(entra), [{ id: entra, seenAt: 2 }]);
      await store.noteEmail(entra, undefined, 4);
      assert.deepEqual(await store.sharingEmail(entra), []);
    });
  });

  describe('addresses', () => {
    it('are kept, replaced and removed by key, each platform for itself', async () => {
      const [slack, teams] = [subject.store.addresses('slack'), subject.store.addresses('teams')];
      await teams.save('person:t:o', 'one');
      await slack.save('person:t:o', 'two');
      await teams.save('person:t:o', 'three');
      assert.equal(await teams.find('person:t:o'), 'three');
      await teams.remove('person:t:o');
      await teams.remove('person:t:o');
      assert.equal(await teams.find('person:t:o'), undefined);
      assert.equal(await slack.find('person:t:o'), 'two');
    });
  });
}
