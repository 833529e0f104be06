import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/store/store.js';
import { openStore } from '../../src/store/open.js';
import { newAuditKeyPem, readAuditKey, auditKeys } from '../../src/audit/key.js';
import { cordon } from '../cli/support.js';
import { event, nothing, request } from '../store/examples.js';

export interface Victim {
  readonly url: string;
  /** What somebody does who has the database, triggers dropped. */
  attack(...statements: readonly string[]): Promise<void>;
  /** Statements that the database should refuse, triggers in place. */
  refuses(statement: string): Promise<void>;
  cleanup(): Promise<void>;
}

/**
 * A malicious operator with the whole database, but without the audit key. Event 1 begins the record; 2 to 9 are of the test; the
 * checkpoint that the last test needs is at 1 and, where it is made, at 9.
 */
export function tamperSuite(name: string, victimOf: (folder: string) => Promise<Victim>): void {
  describe(`a record in ${name} that somebody changed`, () => {
    let folder: string;
    let victim: Victim;
    let store: Store;
    let env: Record<string, string>;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cordon-tamper-'));
      const pem = newAuditKeyPem();
      const keyFile = join(folder, 'key.pem');
      await writeFile(keyFile, pem);
      victim = await victimOf(folder);
      env = { DATABASE_URL: victim.url, CORDON_AUDIT_KEY: keyFile };
      store = await openStore(victim.url, { audit: auditKeys(readAuditKey(pem, keyFile)), now: () => 0 });
      for (const n of [2, 3, 4, 5, 6, 7, 8, 9]) {
        await store.record([event(`n${n}`, { at: n, detail: { n, text: 'as it was' } })]);
      }
    });
    afterEach(async () => {
      await store.close();
      await victim.cleanup();
      await rm(folder, { recursive: true });
    });

    const verify = () => cordon('audit verify --database', env);
    const found = async (seq: number, why: RegExp) => {
      const { code, stderr } = await verify();
      assert.match(stderr, new RegExp(`first bad event is ${seq}: `));
      assert.match(stderr, why);
      assert.equal(code, 1);
    };

    it('is sound while nobody did, also while Cordon runs, and the look at it is recorded', async () => {
      await store.checkpoint(1, { events: 1, ms: 1 });
      const { code, stdout, stderr } = await verify();
      assert.equal(stderr, '');
      assert.match(stdout, /The record is sound: 9 events, 2 checkpoints, head 9 [0-9a-f]{64}/);
      assert.equal(code, 0);
      await store.checkRecord();
      assert.match((await verify()).stdout, /10 events/);
    });

    it('the database itself refuses every change of it', async () => {
      for (const statement of [
        `update audit set what = 'x' where seq = 3`,
        'delete from audit where seq = 9',
        'delete from audit_checkpoint',
        'update audit_checkpoint set at = 1',
        'delete from audit_head',
        'update audit_head set seq = 3',
      ]) {
        await victim.refuses(statement);
      }
      assert.equal((await verify()).code, 0);
    });

    it('is found where an event was edited', async () => {
      await victim.attack(`update audit set detail = replace(detail, 'as it was', 'as I like it') where seq = 5`);
      await found(5, /its hash does not fit its content/);
    });

    it('is found where an event was made unreadable', async () => {
      await victim.attack(`update audit set actor = 'nobody' where seq = 4`);
      await found(4, /was changed/);
    });

    it('is found where an event was edited and its hash made to fit', async () => {
      const { hashOf } = await import('../../src/audit/chain.js');
      const { prev } = await rowOf(5);
      const hash = hashOf(5, prev, event('other', { at: 5 }));
      await victim.attack(`update audit set what = 'other', detail = null, hash = '${hash}' where seq = 5`);
      await found(5, /its MAC is wrong/);
    });

    it('is found where an event was removed', async () => {
      await victim.attack('delete from audit where seq = 6');
      await found(6, /it is missing/);
    });

    it('is found where several were removed, and the numbers closed up', async () => {
      await victim.attack('delete from audit where seq in (4, 5)', 'update audit set seq = seq - 2 where seq > 5');
      await found(4, /its hash does not fit/);
    });

    it('is found where an event was put in', async () => {
      await victim.attack(
        'update audit set seq = 100 + seq where seq > 6',
        `insert into audit (seq, at, what, actor, prev, hash, mac, key) select 7, 7, 'forged', actor, hash, hash, mac, key from audit where seq = 6`,
        'update audit set seq = seq - 99 where seq > 100',
      );
      await found(7, /its hash does not fit/);
    });

    it('is found where two events changed places', async () => {
      await victim.attack(
        'update audit set seq = 100 where seq = 4',
        'update audit set seq = 4 where seq = 7',
        'update audit set seq = 7 where seq = 100',
      );
      await found(4, /its hash does not fit/);
    });

    it('is found where an event was unchained, as if it were from before the chain', async () => {
      await victim.attack('update audit set hash = null, prev = null, mac = null, key = null where seq = 8');
      await found(8, /it is not chained/);
    });

    it('is found where it was cut at the beginning', async () => {
      await victim.attack('delete from audit where seq < 4');
      await found(4, /events before it are missing/);
    });

    it('is found where the tail was cut, and nothing is done any more', async () => {
      await victim.attack('delete from audit where seq > 7');
      await found(8, /tail was cut/);
      await stopped();
    });

    it('is found where the head was moved back with an older copy of it, and nothing is done any more', async () => {
      const old = await headRow();
      await store.record([event('later')]);
      await victim.attack(`update audit_head set seq = ${old.seq}, hash = '${old.hash}', mac = '${old.mac}'`);
      const { code, stderr } = await verify();
      assert.equal(code, 1);
      assert.match(stderr, /last event \(10\) is not the one that its head names \(9\)/);
      await stopped();
    });

    it('is found where the head was made up, and nothing is done any more', async () => {
      await victim.attack(
        'delete from audit where seq > 7',
        `update audit_head set seq = 7, hash = (select hash from audit where seq = 7)`,
      );
      const { code, stderr } = await verify();
      assert.equal(code, 1);
      assert.match(stderr, /the MAC of its head \(event 7\) is wrong/);
      await stopped();
    });

    it('is found where the tail was cut and the head put back to an older copy, by the checkpoint that is left', async () => {
      const old = await headRow();
      await store.record([event('later')]);
      await store.checkpoint(1, { events: 1, ms: 1 });
      await victim.attack(
        'delete from audit where seq > 9',
        `update audit_head set seq = ${old.seq}, hash = '${old.hash}', mac = '${old.mac}'`,
      );
      await found(10, /a checkpoint was signed at 10, so the tail and the head were cut/);
      await assert.rejects(store.checkpoint(2, { events: 1, ms: 1 }), { code: 'audit_broken' });
    });

    it('is found where a checkpoint was changed', async () => {
      await store.checkpoint(1, { events: 1, ms: 1 });
      await victim.attack('update audit_checkpoint set at = 5 where seq = 9');
      await found(9, /the signature of its checkpoint is wrong/);
    });

    it('is not signed where what is new was changed', async () => {
      await victim.attack(`update audit set what = 'other' where seq = 5`);
      await assert.rejects(store.checkpoint(1, { events: 1, ms: 1 }), { code: 'audit_broken', message: /event 5/ });
    });

    it('is found in an export of it as well, and not taken for a change of the file', async () => {
      await victim.attack(`update audit set detail = replace(detail, 'as it was', 'as I like it') where seq = 5`);
      const out = join(folder, 'export.jsonl');
      assert.equal((await cordon(`audit export --out ${out}`, env)).code, 0);
      const { code, stderr } = await cordon(`audit verify ${out} --key ${env['CORDON_AUDIT_KEY'] ?? ''}`);
      assert.equal(code, 1);
      assert.match(stderr, /line 7 \(event 5\): the record was wrong already when it was exported/);
    });

    it('shows in a filtered export that events are missing elsewhere', async () => {
      await victim.attack('delete from audit where seq = 6');
      const out = join(folder, 'export.csv');
      await cordon(`audit export --format csv --device other --out ${out}`, env);
      const { stderr } = await cordon(`audit verify ${out} --key ${env['CORDON_AUDIT_KEY'] ?? ''}`);
      assert.match(stderr, /of 10 events from 1 to 10, 9 are there/);
    });

    /** No change that has to be recorded happens. */
    async function stopped(): Promise<void> {
      await assert.rejects(store.record([event('next')]), { code: 'audit_broken' });
      await assert.rejects(store.create(request(), { ...nothing, audit: [event('request.created')] }), {
        code: 'audit_broken',
      });
      assert.equal(await store.request(request().id), undefined);
      await assert.rejects(store.checkRecord(), { code: 'audit_broken' });
    }

    async function rowOf(seq: number): Promise<{ prev: string }> {
      const { stdout } = await cordon('audit export', env);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { seq?: number; kind: string; prev: string });
      return lines.find((line) => line.kind === 'event' && line.seq === seq)!;
    }

    async function headRow(): Promise<{ seq: number; hash: string; mac: string }> {
      const { openRecord } = await import('../../src/store/open-record.js');
      const { loadAuditKeys } = await import('../../src/audit/key-file.js');
      const keys = () => loadAuditKeys([env['CORDON_AUDIT_KEY'] ?? ''], true);
      const record = await openRecord(victim.url, { keys, now: () => 0 });
      const row = await record.db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow();
      await record.store.close();
      return row;
    }
  });
}
