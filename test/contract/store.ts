import assert from 'node:assert/strict';
import type { Store } from '../../src/store/store.js';
import { announce, changed, event, incoming, meaning, nothing, place, request, vote, due } from '../store/examples.js';
import { auditContract } from './store-audit.js';
import { claimContract } from './store-claims.js';
import { controlContract } from './store-control.js';
import { callContract } from './store-calls.js';
import { deliveryContract } from './store-deliveries.js';
import { inboxContract } from './store-inbox.js';
import { peopleContract } from './store-people.js';
import { requestContract } from './store-requests.js';
import { statsContract } from './store-stats.js';

export interface StoreUnderTest {
  readonly store: Store;
  /** Another handle on the same data, as a second process or a restart has it. */
  reopen(): Promise<Store>;
  /** Closes every handle and removes the data. */
  cleanup(): Promise<void>;
}

/** What a test sees: the store of the current test. */
export interface Subject {
  readonly store: Store;
  reopen(): Promise<Store>;
}

/** Every sentence of the port, for any store. The store's own clock must stand at `storeTime`. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of the store`, () => {
    let current: StoreUnderTest | undefined;
    const opened = (): StoreUnderTest => {
      if (current === undefined) throw new Error('no store is open');
      return current;
    };
    const subject: Subject = {
      get store() {
        return opened().store;
      },
      reopen: () => opened().reopen(),
    };

    beforeEach(async () => {
      current = await open();
    });
    afterEach(async () => {
      await current?.cleanup();
      current = undefined;
    });

    inboxContract(subject);
    requestContract(subject);
    claimContract(subject);
    deliveryContract(subject);
    callContract(subject);
    peopleContract(subject);
    controlContract(subject);
    auditContract(subject);
    statsContract(subject);

    it('restart keeps everything', async () => {
      const { store } = subject;
      await store.accept(incoming('k1'), 10);
      const first = request();
      const button = {
        token: 't',
        meaning: meaning(),
        expiresAt: 5,
      } as const;
      await store.create(first, {
        audit: [event('request.created')],
        deliveries: [announce(first.id)],
        buttons: [button],
      });
      const [delivery] = await due(store).deliveries(20, 1);
      const ref = { platform: 'slack', conversation: 'C0SOC', message: '1.2' } as const;
      await store.delivered(delivery!, { ref, renderedVersion: 1, at: 20 });
      await store.change(changed(first), {
        audit: [event('request.approve')],
        deliveries: [announce(first.id)],
        vote: vote('UANN'),
      });
      await store.reserveCall('getMachine', 30, [{ limit: 1, ms: 100 }]);
      await store.blockCalls('listMachines', 500, 0);
      const account = { platform: 'slack', tenant: 'T0HOME', user: 'UANN' } as const;
      await store.saveLinkCode({ hash: 'used', account, expiresAt: storeTime + 1 }, nothing);
      await store.useLinkCode(
        'used',
        { account: 'slack:T0HOME:UANN', entra: 'entra:t:o', at: 40, proof: 'code' },
        nothing,
      );
      await store.saveLinkCode({ hash: 'open', account, expiresAt: storeTime + 1 }, nothing);
      await store.noteEmail('slack:T0HOME:UANN', 'ann@contoso.com', 40);
      await store.addresses('teams').save('service:t', 'https://smba');

      const look = async (at: Store) => ({
        inbox: await due(at).incoming(20, 10),
        request: await at.request(first.id),
        button: await at.button('t'),
        card: await at.card(first.id, place),
        deliveries: (await due(at).deliveries(20, 10)).map((delivery) => ({ ...delivery, unsure: 0 })),
        audit: await at.auditOf({ requestId: first.id }, 10),
        calls: await at.callsSince('getMachine', 0, 30),
        block: await at.callsSince('listMachines', 0, 30),
        link: await at.linkOf('slack:T0HOME:UANN'),
        code: await at.linkCode('open'),
        emails: await at.sharingEmail('slack:T0HOME:UANN'),
        address: await at.addresses('teams').find('service:t'),
      });
      const before = await look(store);
      await store.close();
      const again = await subject.reopen();
      assert.deepEqual(await look(again), before);
      assert.equal(before.request?.votes.length, 1);
      assert.ok(before.link && before.code && before.address && before.emails.length === 1);
    });
  });
}

/** What `now()` of the store under test says. */
export const storeTime = 1_700_000_000_000;
