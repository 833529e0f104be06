import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createHttpApp, listen, type Listening } from '../../src/ops/http.js';

describe('the HTTP port', () => {
  let server: Listening | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.close();
  });

  const app = createHttpApp(() => Promise.resolve({ ok: true, reasons: [] }));
  const start = async (connections = 10): Promise<void> => {
    server = await listen(app, '127.0.0.1', 0, { headersMs: 50, requestMs: 100, checkMs: 20, connections });
  };
  const open = async (): Promise<Socket> => {
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const allThatCame = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    await once(socket, 'close');
    return text;
  };

  it('hangs up on a client that does not finish its headers', async () => {
    await start();
    const slow = await open();
    slow.write('POST /slack/events HTTP/1.1\r\nHost: cordon\r\nX-Slow: ');
    assert.match(await allThatCame(slow), /^HTTP\/1\.1 408/);
  });

  it('hangs up on a client that does not finish its body', async () => {
    await start();
    const slow = await open();
    slow.write('POST /healthz HTTP/1.1\r\nHost: cordon\r\nContent-Length: 1000\r\n\r\nslow');
    assert.match(await allThatCame(slow), /408|404/);
  });

  it('takes only so many connections at once', async () => {
    await start(2);
    await open();
    await open();
    const third = await open();
    assert.equal(await allThatCame(third), '');
  });

  it('says which address it cannot have, and what to set', async () => {
    await start();
    const { port } = server!;
    await assert.rejects(listen(app, '127.0.0.1', port), {
      code: 'cannot_listen',
      userText: /127\.0\.0\.1:\d+ .*Set PORT and HOST/,
    });
  });

  it('stays in the balancer where something is degraded that no other replica would do better', async () => {
    const reasons = ['Entra gave Cordon no token.'];
    for (const [health, status, word] of [
      [{ ok: true, reasons: [] }, 200, 'ready'],
      [{ ok: true, degraded: true, reasons }, 200, 'degraded'],
      [{ ok: false, reasons }, 503, 'degraded'],
    ] as const) {
      server = await listen(
        createHttpApp(() => Promise.resolve(health)),
        '127.0.0.1',
        0,
      );
      const response = await fetch(`http://127.0.0.1:${server.port}/readyz`);
      assert.deepEqual([response.status, await response.json()], [status, { status: word, reasons: health.reasons }]);
      await server.close();
    }
    server = undefined;
  });
});
