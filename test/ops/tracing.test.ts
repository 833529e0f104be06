import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import sinon from 'sinon';
import { loadTracing } from '../../src/ops/tracing.js';
import { subject } from '../../src/trace.js';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

/** What was loaded, and what the log said. */
async function loaded(env: Record<string, string>, missing = false): Promise<{ load: sinon.SinonSpy; said: string[] }> {
  const said: string[] = [];
  const logger = pino({}, { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) });
  const load = sinon.spy(() =>
    missing ? Promise.reject(new Error("Cannot find package '@opentelemetry/api'")) : import('../../src/ops/otel.js'),
  );
  const tracing = await loadTracing(env, { version: '1', logger, load });
  const seen = await tracing.tracer.run({ name: 'dispatch', request: 'AAAA0001' }, () => Promise.resolve(subject()));
  assert.deepEqual(seen, { request: 'AAAA0001' });
  await tracing.close();
  return { load, said };
}

describe('traces', function () {
  this.timeout(20_000);

  it('load nothing without the settings that ask for them', async () => {
    const { load, said } = await loaded({ OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' });
    assert.equal(load.callCount, 0);
    assert.deepEqual(said, []);
  });

  it('load nothing where they are switched off', async () => {
    assert.equal((await loaded({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).load.callCount, 0);
    assert.equal((await loaded({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).load.callCount, 0);
  });

  it('say once what to install where the packages are missing, and Cordon goes on', async () => {
    const { said } = await loaded(endpoint, true);
    assert.equal(said.length, 1);
    assert.match(said[0]!, /Cannot find package.*--omit=optional/);
  });

  it('say that they are sent', async () => {
    const { said } = await loaded({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces' });
    assert.match(said[0]!, /traces are sent/);
  });

  it('say so where the collector is to get what Cordon does not speak', async () => {
    const { said } = await loaded({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    assert.ok(said.some((line) => line.includes('http/json, not as grpc')));
  });

  it('say once that the collector does not take them', async () => {
    const server = createServer((_request, response) => response.writeHead(400).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${port}`;
      const { said } = await loaded(endpoint);
      assert.equal(said.filter((line) => line.includes('traces do not arrive')).length, 1);
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
      server.closeAllConnections();
      server.close();
    }
  });

  it('hand on what the work throws', async () => {
    const tracing = await loadTracing(endpoint, { version: '1', logger: pino({ level: 'silent' }) });
    await assert.rejects(
      tracing.tracer.run({ name: 'delivery' }, () => Promise.reject(new Error('as it was'))),
      /as it was/,
    );
    await tracing.close();
  });
});
