import assert from 'node:assert/strict';
import { codeOf, laptop, startBench, valuesOf, type Bench } from './support.js';

describe('Defender stand-in: tokens, quotas and faults', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.defender.close());

  it('answers 401 to a token that Entra did not issue', async () => {
    const reply = await bench.get('/api/machines', 'forged');
    assert.equal(reply.status, 401);
    assert.equal(codeOf(reply), 'Unauthorized');
  });

  it('answers 403 to a token without the app role, and names the role', async () => {
    const other = await startBench({ rolesOf: () => ['Machine.Read.All'] });
    const reply = await other.restrict();
    assert.equal(reply.status, 403);
    assert.match(reply.text, /Machine\.RestrictExecution/);
    assert.equal((await other.get('/api/machines')).status, 200);
    await other.defender.close();
  });

  it('refuses the call after the hundredth within a minute, and says for how long', async () => {
    const other = await startBench({ limits: [{ limit: 3, ms: 60_000 }] });
    for (let call = 0; call < 3; call += 1) {
      assert.equal((await other.get('/api/machines')).status, 200);
      other.wait(10_000);
    }
    const refused = await other.get('/api/machines');
    assert.equal(refused.status, 429);
    assert.equal(codeOf(refused), '429');
    assert.match(refused.text, /maximum allowed 3 per 00:01:00/);
    assert.equal(refused.headers.get('retry-after'), '30');
    assert.equal((await other.get('/api/machineactions')).status, 200, 'each operation has its own quota');
    other.wait(30_000);
    assert.equal((await other.get('/api/machines')).status, 200);
    await other.defender.close();
  });

  it('counts the minute and the hour separately, with the documented numbers', async () => {
    for (let call = 0; call < 100; call += 1) await bench.get('/api/machines');
    assert.equal((await bench.get('/api/machines')).headers.get('retry-after'), '60');
    const hourly = await startBench({ limits: [{ limit: 2, ms: 3_600_000 }] });
    await hourly.get('/api/machines');
    await hourly.get('/api/machines');
    const refused = await hourly.get('/api/machines');
    assert.match(refused.text, /maximum allowed 2 per 01:00:00/);
    assert.equal(refused.headers.get('retry-after'), '3600');
    await hourly.defender.close();
  });

  it('plays each refusal once, or as often as ordered, and only for its operation', async () => {
    for (const [kind, status] of [
      ['401', 401],
      ['403', 403],
      ['429', 429],
      ['500', 500],
      ['503', 503],
      ['html', 502],
    ] as const) {
      bench.defender.fault({ kind, operation: 'restrictCodeExecution', times: 2 });
      assert.equal((await bench.get('/api/machines')).status, 200);
      assert.equal((await bench.restrict()).status, status);
      assert.equal((await bench.restrict()).status, status);
    }
    assert.deepEqual(bench.defender.actions(), []);
    assert.equal((await bench.restrict()).status, 201);
  });

  it('keeps a fault for the first call whose token is good', async () => {
    bench.defender.fault({ kind: '500', operation: 'listMachines' });
    assert.equal((await bench.get('/api/machines', 'forged')).status, 401);
    assert.equal((await bench.get('/api/machines')).status, 500);
    assert.equal((await bench.get('/api/machines')).status, 200);
  });

  it('can leave Retry-After out of a 429', async () => {
    bench.defender.fault({ kind: '429', retryAfter: null });
    assert.equal((await bench.restrict()).headers.get('retry-after'), null);
    bench.defender.fault({ kind: '429', retryAfter: 12 });
    assert.equal((await bench.restrict()).headers.get('retry-after'), '12');
  });

  it('sends a gateway page that is not JSON', async () => {
    bench.defender.fault({ kind: 'html' });
    const reply = await bench.restrict();
    assert.match(reply.headers.get('content-type') ?? '', /text\/html/);
    assert.match(reply.text, /^<!DOCTYPE html>/);
  });

  it('cuts the connection before the work (reset) or after it (lost answer)', async () => {
    bench.defender.fault({ kind: 'reset' });
    await assert.rejects(bench.restrict());
    assert.equal(bench.defender.actions().length, 0);
    bench.defender.fault({ kind: 'lost answer' });
    await assert.rejects(bench.restrict());
    assert.equal(bench.defender.actions().length, 1);
    assert.deepEqual(
      bench.defender.calls.map(({ status, created }) => ({ status, created })),
      [
        { status: 'none', created: false },
        { status: 'none', created: true },
      ],
    );
  });

  it('never answers a call that was ordered to time out, until it is closed', async () => {
    bench.defender.fault({ kind: 'timeout' });
    const pending = assert.rejects(bench.restrict());
    while (bench.defender.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await bench.defender.close();
    await pending;
    assert.equal(bench.defender.actions().length, 0);
  });

  it('bug 10: can answer 201 without an action id, and 201 without a body, although it did the work', async () => {
    bench.defender.fault({ kind: 'no id' });
    const nameless = await bench.restrict();
    assert.equal(nameless.status, 201);
    assert.equal(nameless.body.id, undefined);
    assert.equal(nameless.body.status, 'Pending');
    bench.wait(10_000);
    bench.defender.fault({ kind: 'empty' });
    const empty = await bench.restrict();
    assert.equal(empty.status, 201);
    assert.equal(empty.text, '');
    assert.equal(bench.defender.actions().length, 2);
  });

  it('hides a fresh action from reads for a while when ordered to list it late', async () => {
    bench.defender.fault({ kind: 'late listing' });
    const { body } = await bench.restrict();
    assert.equal((await bench.get(`/api/machineactions/${String(body.id)}`)).status, 404);
    assert.deepEqual(valuesOf(await bench.get('/api/machineactions')), []);
    assert.equal(codeOf(await bench.restrict()), 'ActiveRequestAlreadyExists');
    bench.wait(3_000);
    assert.equal((await bench.get(`/api/machineactions/${String(body.id)}`)).status, 200);
    assert.equal(valuesOf(await bench.get('/api/machineactions'))[0]?.machineId, laptop.id);
  });
});
