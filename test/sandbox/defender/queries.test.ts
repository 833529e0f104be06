import assert from 'node:assert/strict';
import { codeOf, laptop, mac, noon, startBench, twin, valuesOf, type Bench } from './support.js';

describe('Defender stand-in: queries', () => {
  let bench: Bench;
  const ids: string[] = [];
  beforeEach(async () => {
    bench = await startBench();
    ids.length = 0;
    for (const id of [laptop.id, twin.id]) {
      ids.push(String((await bench.restrict(id)).body.id));
      bench.wait(60_000);
    }
  });
  afterEach(() => bench.defender.close());

  const list = (query: Record<string, string>): ReturnType<Bench['get']> =>
    bench.get(`/api/machineactions?${new URLSearchParams(query).toString()}`);
  const found = async (filter: string): Promise<unknown[]> =>
    valuesOf(await list({ $filter: filter })).map(({ id }) => id);
  const devices = async (filter: string): Promise<unknown[]> =>
    valuesOf(await bench.get(`/api/machines?$filter=${encodeURIComponent(filter)}`)).map(({ id }) => id);

  it('lists actions newest first', async () => {
    const reply = await list({});
    assert.deepEqual(
      valuesOf(reply).map(({ id }) => id),
      [ids[1], ids[0]],
    );
  });

  it('finds all open actions in one call by id in (…), as Elastic Kibana asks', async () => {
    const quoted = ids.map((id) => `'${id}'`).join(',');
    const reply = await list({ $filter: `id in (${quoted})`, $top: '1000', $count: 'true' });
    assert.equal(valuesOf(reply).length, 2);
    assert.equal(reply.body['@odata.count'], 2);
    assert.deepEqual(await found(`id in ('${ids[0]}', 'unknown')`), [ids[0]]);
  });

  it('understands eq and ne on id, machineId, type and status, and both spellings of and', async () => {
    assert.deepEqual(await found(`id eq '${ids[0]}'`), [ids[0]]);
    assert.deepEqual(await found(`machineId eq '${twin.id}' and status eq 'Pending'`), [ids[1]]);
    assert.deepEqual(await found(`type eq 'RestrictCodeExecution' AND status ne 'Pending'`), [ids[0]]);
    assert.deepEqual(await found(`Type eq 'UnrestrictCodeExecution'`), []);
    assert.deepEqual(await found(`(status eq 'Pending') or (status eq 'Succeeded' and id eq '${ids[0]}')`), [
      ids[1],
      ids[0],
    ]);
  });

  it('compares a creation time that is written without quotes, and refuses one with quotes', async () => {
    const since = new Date(noon + 30_000).toISOString();
    assert.deepEqual(await found(`machineId eq '${twin.id}' and creationDateTimeUtc ge ${since}`), [ids[1]]);
    const quoted = await list({ $filter: `creationDateTimeUtc ge '${since}'` });
    assert.equal(quoted.status, 400);
    assert.equal(codeOf(quoted), '');
  });

  it('pages with $top and $skip and orders with $orderby', async () => {
    const reply = await list({ $orderby: 'creationDateTimeUtc asc', $top: '1', $skip: '1', $count: 'true' });
    assert.deepEqual(
      valuesOf(reply).map(({ id }) => id),
      [ids[1]],
    );
    assert.equal(reply.body['@odata.count'], 2);
  });

  it('refuses what the service cannot read, with an empty code', async () => {
    for (const query of [
      { $stop: '5' },
      { $filter: 'status eq Pending' },
      { $filter: "status is 'Pending'" },
      { $filter: "title eq 'x'" },
      { $filter: "status eq 'Pending" },
      { $filter: "(status eq 'Pending'" },
      { $filter: "status eq 'Pending' 'Failed'" },
      { $filter: 'status eq' },
      { $top: '-1' },
      { $orderby: 'nothing desc' },
    ]) {
      const reply = await list(query);
      assert.equal(reply.status, 400, JSON.stringify(query));
      assert.equal(codeOf(reply), '', JSON.stringify(query));
    }
  });

  it('reads a doubled quote inside a literal as one', async () => {
    bench.defender.putMachine({ ...laptop, id: '4'.repeat(40), computerDnsName: "o'hara" });
    assert.deepEqual(await devices("computerDnsName eq 'o''hara'"), ['4'.repeat(40)]);
  });

  it('finds machines by name, prefix, Entra id without quotes, and last address', async () => {
    assert.deepEqual(await devices("computerDnsName eq 'laptop-7.contoso.com'"), [laptop.id, twin.id]);
    assert.deepEqual(await devices("startswith(computerDnsName,'mac')"), [mac.id]);
    assert.deepEqual(await devices('aadDeviceId eq 80FE8FF8-2624-418e-9591-41f0491218f9'), [laptop.id]);
    assert.deepEqual(await devices("lastIpAddress eq '10.1.2.3'"), [laptop.id, twin.id]);
    const quoted = await bench.get(
      `/api/machines?$filter=${encodeURIComponent("aadDeviceId eq '80fe8ff8-2624-418e-9591-41f0491218f9'")}`,
    );
    assert.equal(quoted.status, 400);
  });

  it('gets a machine by id or by name, under both version prefixes', async () => {
    assert.equal((await bench.get(`/api/machines/${twin.id}`)).body.healthStatus, 'Inactive');
    assert.equal((await bench.get('/api/v1.0/machines/Laptop-7.contoso.com')).body.id, laptop.id);
    assert.equal(codeOf(await bench.get('/api/machines/nobody')), 'ResourceNotFound');
  });

  it('finds by address the machines seen within a quarter of an hour, in the last 30 days', async () => {
    const byIp = (ip: string, at: string): ReturnType<Bench['get']> =>
      bench.get(`/api/machines/findbyip(ip='${ip}',timestamp=${at})`);
    assert.deepEqual(
      valuesOf(await byIp('10.1.2.3', '2026-11-23T11:00:00Z')).map(({ id }) => id),
      [laptop.id],
    );
    assert.deepEqual(
      valuesOf(await byIp('10.1.2.3', '2026-11-20T08:10:00Z')).map(({ id }) => id),
      [laptop.id, twin.id],
    );
    assert.equal((await byIp('10.1.2.3', '2026-09-01T00:00:00Z')).status, 400);
    assert.equal(codeOf(await byIp('10.1.2', '2026-11-23T11:00:00Z')), 'InvalidIpAddress');
  });
});

describe('Defender stand-in: an empty tenant', () => {
  it('answers a list of machines with 404', async () => {
    const bench = await startBench({ machines: [] });
    assert.equal((await bench.get('/api/machines')).status, 404);
    await bench.defender.close();
  });
});
