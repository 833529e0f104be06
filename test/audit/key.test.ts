import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { loadAuditKeys } from '../../src/audit/key-file.js';
import { auditKeys, newAuditKeyPem, readAuditKey, readPublicKey } from '../../src/audit/key.js';
import type { CordonError } from '../../src/errors.js';
import { openStore } from '../../src/store/open.js';
import { cordon } from '../cli/support.js';
import { testKey } from '../audit-key.js';
import { event, nothing, request } from '../store/examples.js';

describe('the audit key', () => {
  let folder: string;
  let path: string;
  let url: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-key-'));
    path = join(folder, 'new', 'key.pem');
    url = `sqlite:${join(folder, 'cordon.db')}`;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (...paths: readonly string[]) =>
    openStore(url, { now: () => 0, audit: (begun) => loadAuditKeys(paths, begun) });

  it('is made for the owner alone where there is none, once by several that start together', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => loadAuditKeys([path], false)));
    assert.equal(new Set(made.map(({ signer }) => signer.id)).size, 1);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(folder, 'new')), ['key.pem']);
  });

  it('is never made anew for a record that was begun with one, and the start says what to do', async () => {
    await (await open(path)).close();
    const pem = await readFile(path);
    await rm(path);
    await assert.rejects(open(path), (error: CordonError) => {
      assert.equal(error.code, 'audit_key');
      assert.match(error.userText ?? '', /Put the file back/);
      return true;
    });
    await assert.rejects(stat(path));
    await writeFile(path, pem);
    await (await open(path)).close();
  });

  it('of somebody else is refused at the start, with both ids', async () => {
    await (await open(path)).close();
    const other = join(folder, 'other.pem');
    await writeFile(other, newAuditKeyPem());
    await assert.rejects(open(other), { code: 'audit_key', message: /give all replicas the same file/ });
  });

  it('is rotated without a gap: the new one signs, what the old one wrote still verifies, and the change is an event', async () => {
    const store = await open(path);
    await store.record([event('before')]);
    await store.close();
    const fresh = join(folder, 'fresh.pem');
    await writeFile(fresh, newAuditKeyPem());
    const after = await open(fresh, path);
    await after.record([event('after')]);
    // One that has not heard of it yet goes on, as long as it knows both.
    const late = await open(path, fresh);
    await late.record([event('late')]);
    await Promise.all([after.close(), late.close()]);
    const env = { DATABASE_URL: url, CORDON_AUDIT_KEY: `${fresh}, ${path}` };
    const { stdout, stderr } = await cordon('audit verify --database', env);
    assert.match(stdout, /The record is sound: 6 events/, stderr);
    const { stdout: whole } = await cordon('audit export', env);
    assert.equal(whole.match(/audit\.key-changed/g)?.length, 2);
  });

  it('is an Ed25519 key and nothing else; what is refused is not repeated', () => {
    for (const pem of ['', 'hello secret', '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----']) {
      assert.throws(
        () => readAuditKey(pem, 'key.pem'),
        (error: CordonError) =>
          error.code === 'audit_key' && /key\.pem/.test(error.message) && !/c2VjcmV0/.test(error.message),
      );
    }
    assert.throws(() => readAuditKey(testKey.publicPem, 'public.pem'), { code: 'audit_key' });
    assert.equal(readPublicKey(testKey.publicPem, 'public.pem').id, testKey.id);
  });

  it('makes MACs that only it makes', () => {
    const other = readAuditKey(newAuditKeyPem(), 'other');
    const mac = testKey.mac('text');
    assert.ok(testKey.hasMac('text', mac));
    assert.ok(!testKey.hasMac('texts', mac) && !other.hasMac('text', mac) && !testKey.hasMac('text', ''));
    assert.equal(auditKeys(testKey, other).find(other.id), other);
    assert.equal(auditKeys(testKey).find(other.id), undefined);
  });
});

describe('cordon audit', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-audit-'));
    env = { DATABASE_URL: `sqlite:${join(folder, 'cordon.db')}`, CORDON_AUDIT_KEY: join(folder, 'key.pem') };
    const audit = (begun: boolean) => loadAuditKeys([env['CORDON_AUDIT_KEY'] ?? ''], begun);
    const store = await openStore(env['DATABASE_URL'] ?? '', { now: () => 0, audit });
    const action = {
      machineAction: 'ma-1',
      type: 'RestrictCodeExecution',
      status: 'Pending',
      creationDateTimeUtc: 'T1',
    };
    await store.create(request(), {
      ...nothing,
      audit: [
        event('request.created', { detail: { because: { what: 'Rule', outcome: 'yes' } } }),
        event('request.submit', { detail: action }),
        event('other', { requestId: 'OTHER' }),
      ],
    });
    await store.close();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('export writes a file that verify takes with the key that “audit key” shows, and records who exported', async () => {
    const [out, key] = [join(folder, 'e.csv'), join(folder, 'public.pem')];
    const shown = await cordon('audit key', env);
    assert.match(shown.stderr, /^audit key [0-9a-f]{16}\n$/);
    await writeFile(key, shown.stdout);
    const exported = await cordon(`audit export --format csv --out ${out}`, env);
    assert.equal(exported.code, 0, exported.stderr);
    const verified = await cordon(`audit verify ${out} --key ${key}`);
    assert.match(verified.stdout, /8 lines, 5 events, the whole record up to event 5/, verified.stderr);
    assert.match(await readFile(out, 'utf8'), /audit\.exported,olga/);
    assert.equal((await stat(out)).mode & 0o777, 0o600);
    await writeFile(out, (await readFile(out, 'utf8')).replace('olga', 'oleg'));
    const bad = await cordon(`audit verify ${out} --key ${key}`);
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /the first bad line is line 8/);
  });

  it('export of a request joins votes, the policy’s tree and Defender’s own times, and no token of a button', async () => {
    const { stdout, code } = await cordon('audit export --request 7k3m-9q2x', env);
    assert.equal(code, 0);
    const document = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ kind }) => kind === 'request');
    const { machineActions, policy, story } = document as {
      machineActions: object[];
      policy: object[];
      story: object[];
    };
    assert.deepEqual(machineActions, [
      {
        seq: 3,
        at: 1_000,
        what: 'request.submit',
        machineAction: 'ma-1',
        type: 'RestrictCodeExecution',
        status: 'Pending',
        creationDateTimeUtc: 'T1',
      },
    ]);
    assert.equal(policy.length, 1);
    assert.equal(story.length, 2);
    assert.ok(!stdout.includes('token-approve') && !stdout.includes('"other"'));
  });

  it('does nothing on what it does not understand, and says what to write', async () => {
    for (const [line, why] of [
      ['audit', /Say cordon audit/],
      ['audit exprot', /Did you mean “export”/],
      ['audit verify', /Which export/],
      ['audit verify x', /--key is missing/],
      ['audit export --format xml', /jsonl or csv/],
      ['audit export --from yesterday', /is no time/],
      ['audit export --request x', /no id of a request/],
    ] as const) {
      const { code, stderr } = await cordon(line, env);
      assert.equal(code, 2, line);
      assert.match(stderr, why);
    }
  });

  it('makes no database and no key', async () => {
    const nowhere = { DATABASE_URL: `sqlite:${join(folder, 'no.db')}`, CORDON_AUDIT_KEY: join(folder, 'no.pem') };
    for (const line of ['audit export', 'audit verify --database', 'audit key']) {
      assert.equal((await cordon(line, nowhere)).code, 1);
    }
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('no.')),
      [],
    );
  });

  it('verifies what was recorded before there was a chain, and finds a change of it', async () => {
    const file = (env['DATABASE_URL'] ?? '').slice('sqlite:'.length);
    // As an older version left it: the rows alone.
    const old = new Database(file);
    old.exec(
      'drop trigger audit_no_update; drop trigger audit_no_delete; drop trigger audit_head_stays; drop trigger audit_checkpoint_no_delete',
    );
    old.exec(`delete from audit_head; delete from audit_checkpoint; delete from audit where what = 'audit.begun'`);
    old.exec('update audit set prev = null, hash = null, mac = null, key = null');
    old.close();
    const audit = (begun: boolean) => loadAuditKeys([env['CORDON_AUDIT_KEY'] ?? ''], begun);
    await (await openStore(env['DATABASE_URL'] ?? '', { now: () => 0, audit })).close();
    assert.match((await cordon('audit verify --database', env)).stdout, /sound: 1 events/);
    const out = join(folder, 'e.jsonl');
    await cordon(`audit export --out ${out}`, env);
    const { code, stderr } = await cordon(`audit verify ${out} --key ${env['CORDON_AUDIT_KEY'] ?? ''}`);
    assert.equal(code, 0, stderr);
    const changed = new Database(file);
    changed.exec(`update audit set what = 'nothing' where seq = 2`);
    changed.close();
    assert.match((await cordon('audit verify --database', env)).stderr, /3 events from before the chain are not those/);
  });
});
