import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { createConnections } from '../../src/ops/connections.js';

type Fetch = typeof globalThis.fetch;

describe('the connections of the calls that go out', () => {
  let server: Server | undefined;
  let connections: Socket[] = [];
  let seen: string[] = [];
  let respond: (response: ServerResponse, request: IncomingMessage) => void;
  let time = 0;

  const listen = async (made: Server): Promise<string> => {
    server = made;
    made.on('connection', (socket: Socket) => connections.push(socket));
    made.listen(0, '127.0.0.1');
    await once(made, 'listening');
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}/`;
  };
  const listener: RequestListener = (request, response) => {
    seen.push(`${String(request.method)} ${String(request.headers.connection)}`);
    request.resume().on('end', () => {
      respond(response, request);
    });
  };
  const start = (): Promise<string> => listen(createServer(listener));
  const get = async (fetch: Fetch, url: string): Promise<string> => (await fetch(url)).text();
  const post = async (fetch: Fetch, url: string): Promise<string> =>
    (await fetch(url, { method: 'POST', body: '{}' })).text();
  /** Until Node put the connection back: it does so after the body's end was told. */
  const settled = (): Promise<void> => immediate();
  /** Hangs up on whatever comes on a connection that was used before, without an answer. */
  const hangUpOnUsed = (): void => {
    const used = new Set<Socket>();
    respond = (response, request) => {
      if (used.has(request.socket)) return void request.socket.resetAndDestroy();
      used.add(request.socket);
      response.end('taken');
    };
  };

  beforeEach(() => {
    connections = [];
    seen = [];
    time = 1_700_000_000_000;
    respond = (response) => response.end('taken');
  });
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  const open = (idleMs?: number) => createConnections({ now: () => time, ...(idleMs !== undefined && { idleMs }) });

  it('are used again, whatever the method', async () => {
    const url = await start();
    const { fetch } = open();
    for (const ask of [get, post, get]) {
      assert.equal(await ask(fetch, url), 'taken');
      await settled();
    }
    assert.equal(connections.length, 1);
    assert.deepEqual(seen, ['GET keep-alive', 'POST keep-alive', 'GET keep-alive']);
  });

  it('are their own for each call that is no GET of a caller that counts', async () => {
    const url = await start();
    const { fetchOnce } = open();
    for (const ask of [get, post, post, get]) {
      await ask(fetchOnce, url);
      await settled();
    }
    assert.deepEqual(seen, ['GET keep-alive', 'POST close', 'POST close', 'GET keep-alive']);
    assert.equal(connections.length, 3);
  });

  it('are closed by the timer when nothing was said on them for a while', async () => {
    const url = await start();
    const { fetch } = open(30);
    await get(fetch, url);
    await once(connections[0]!, 'close');
    await get(fetch, url);
    assert.equal(connections.length, 2);
  });

  it('are not used again after a while, though the timer has not run', async () => {
    const url = await start();
    const { fetch } = open();
    await get(fetch, url);
    await settled();
    time += 1_499;
    await get(fetch, url);
    assert.equal(connections.length, 1);
    await settled();
    time += 1_500;
    await get(fetch, url);
    assert.equal(connections.length, 2);
  });

  it('are not used again when the clock was set back', async () => {
    const url = await start();
    const { fetch } = open();
    await get(fetch, url);
    await settled();
    time -= 1;
    await get(fetch, url);
    assert.equal(connections.length, 2);
  });

  it('never give a call one that is being closed, however many are idle', async () => {
    const url = await start();
    const { fetch } = open();
    let all: () => void = () => undefined;
    const here = new Promise<void>((resolve) => (all = resolve));
    respond = (response) => {
      if (seen.length === 3) all();
      void here.then(() => response.end('taken'));
    };
    await Promise.all([1, 2, 3].map(() => get(fetch, url)));
    await settled();
    // The younger ones were used later.
    time += 1_000;
    await get(fetch, url);
    await settled();
    time += 800;
    for (let call = 0; call < 3; call += 1) {
      await get(fetch, url);
      await settled();
    }
    assert.equal(connections.length, 3);
  });

  it('are not kept where the server says that it will hang up sooner', async () => {
    const url = await start();
    respond = (response) => response.setHeader('Keep-Alive', 'timeout=1').end('taken');
    const { fetch } = open();
    await get(fetch, url);
    await settled();
    await get(fetch, url);
    assert.equal(connections.length, 2);
  });

  it('wait for an answer that takes longer than an idle one is kept', async () => {
    const url = await start();
    const { fetch, fetchOnce } = open(20);
    respond = (response) => void delay(100).then(() => response.end('late'));
    assert.equal(await get(fetch, url), 'late');
    assert.equal(await get(fetchOnce, url), 'late');
    assert.equal(await post(fetchOnce, url), 'late');
  });

  it('ask again, apart, where one that was used before broke under a GET', async () => {
    const url = await start();
    hangUpOnUsed();
    const { fetch } = open();
    await get(fetch, url);
    await settled();
    assert.equal(await get(fetch, url), 'taken');
    assert.deepEqual(seen, ['GET keep-alive', 'GET keep-alive', 'GET close']);
  });

  it('never repeat what is no GET, nor anything of a caller that counts', async () => {
    const url = await start();
    hangUpOnUsed();
    const { fetch, fetchOnce } = open();
    await get(fetch, url);
    await settled();
    await assert.rejects(post(fetch, url), { code: 'ECONNRESET' });
    await get(fetch, url);
    await settled();
    await assert.rejects(get(fetchOnce, url), { code: 'ECONNRESET' });
    assert.equal(seen.length, 4);
  });

  it('give a GET on a new connection no second try', async () => {
    const url = await start();
    respond = (_response, request) => request.socket.resetAndDestroy();
    await assert.rejects(get(open().fetch, url), { code: 'ECONNRESET' });
    assert.equal(seen.length, 1);
  });

  it('end with the call that is given up', async () => {
    const url = await start();
    respond = () => undefined;
    const controller = new AbortController();
    const asked = open().fetch(url, { signal: controller.signal });
    while (seen.length === 0) await immediate();
    const closed = once(connections[0]!, 'close');
    controller.abort();
    await assert.rejects(asked, { name: 'AbortError' });
    await closed;
  });

  it('keep no process alive, and trust what NODE_EXTRA_CA_CERTS says', async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2_048,
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    const url = await listen(
      createTlsServer({ key: made.private, cert: made.cert, keepAliveTimeout: 60_000 }, listener),
    );
    const folder = await mkdtemp(join(tmpdir(), 'cordon-connections-'));
    try {
      const ca = join(folder, 'ca.pem');
      await writeFile(ca, made.cert);
      const module = new URL('../../src/ops/connections.js', import.meta.url).href;
      const ask = `fetch(${JSON.stringify(url.replace('http://127.0.0.1', 'https://localhost'))}).then((answer) => answer.text())`;
      const script = `import { createConnections } from ${JSON.stringify(module)};
        const { fetch, fetchOnce } = createConnections({ now: Date.now, idleMs: 60_000 });
        console.log(await ${ask}, await ${ask}, await ${ask.replace('fetch', 'fetchOnce')});`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
        timeout: 20_000,
      });
      assert.equal(stdout, 'taken taken taken\n');
      assert.equal(connections.length, 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
