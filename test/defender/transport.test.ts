import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import sinon from 'sinon';
import { createDefenderClient } from '../../src/defender/client.js';
import {
  clientOptions,
  correlation,
  failure,
  hasCode,
  heldCall,
  machineId,
  scripted,
  serving,
  wireAction,
  wireError,
} from './support.js';

const comment = 'Ransomware on pc1';

describe('calls to Defender', () => {
  it('send what the API asks for, over HTTP', async () => {
    const seen: {
      method?: string | undefined;
      url?: string | undefined;
      headers: IncomingHttpHeaders;
      body: string;
    }[] = [];
    await serving(
      (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          seen.push({ method: request.method, url: request.url, headers: request.headers, body });
          response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(wireAction()));
        });
      },
      async (baseUrl) => {
        const defender = createDefenderClient({ ...clientOptions(), baseUrl });
        await defender.submit('restrict', machineId.toUpperCase(), comment, heldCall());
        await defender.submit('release', machineId, comment, heldCall());
        await defender.getAction('a-1');
      },
    );
    assert.deepEqual(
      seen.map(({ method, url }) => `${String(method)} ${String(url)}`),
      [
        `POST /api/machines/${machineId}/restrictCodeExecution`,
        `POST /api/machines/${machineId}/unrestrictCodeExecution`,
        'GET /api/machineactions/a-1',
      ],
    );
    assert.deepEqual(JSON.parse(seen[0]!.body), { Comment: comment });
    assert.equal(seen[0]!.headers['content-type'], 'application/json');
    assert.equal(seen[0]!.headers['user-agent'], 'MdePartner-Cordon-Cordon/1.2.3');
    for (const { headers } of seen) {
      assert.equal(headers.authorization, 'Bearer t1');
      assert.equal(headers.accept, 'application/json');
    }
    assert.equal(seen[2]!.headers['content-type'], undefined);
    assert.equal(seen[2]!.body, '');
  });

  it('do not follow a redirect: the token goes to one host only', async () => {
    let elsewhere = 0;
    await serving(
      (_request, response) => {
        elsewhere++;
        response.end('{}');
      },
      (otherUrl) =>
        serving(
          (_request, response) => response.writeHead(307, { location: `${otherUrl}/api/machines` }).end(),
          async (baseUrl) => {
            const defender = createDefenderClient({ ...clientOptions(), baseUrl });
            const posted = await failure(defender.submit('restrict', machineId, comment, heldCall()));
            assert.equal(posted.code, 'unexpected_answer');
            assert.equal(posted.taken, 'unknown');
            await assert.rejects(
              defender.findMachines({ by: 'deviceId', value: machineId }),
              hasCode('unexpected_answer'),
            );
          },
        ),
    );
    assert.equal(elsewhere, 0);
  });

  it('a connection cut in the middle of a success leaves a submission in doubt', async () => {
    await serving(
      (_request, response) => {
        response.writeHead(201, { 'content-type': 'application/json' });
        response.write('{"id":', () => response.destroy());
      },
      async (baseUrl) => {
        const defender = createDefenderClient({ ...clientOptions(), baseUrl });
        const error = await failure(defender.submit('restrict', machineId, comment, heldCall()));
        assert.equal(error.code, 'network_failure');
        assert.equal(error.taken, 'unknown');
      },
    );
  });

  it('a connection cut in the middle of a refusal leaves no doubt', async () => {
    await serving(
      (_request, response) => {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.write('{"error":', () => response.destroy());
      },
      async (baseUrl) => {
        const error = await failure(
          createDefenderClient({ ...clientOptions(), baseUrl }).submit('restrict', machineId, comment, heldCall()),
        );
        assert.equal(error.code, 'Forbidden');
        assert.equal(error.taken, 'no');
      },
    );
  });

  it('a refused connection is known to have sent nothing', async () => {
    const closedUrl = await serving(
      () => undefined,
      (baseUrl) => Promise.resolve(baseUrl),
    );
    const error = await failure(
      createDefenderClient({ ...clientOptions(), baseUrl: closedUrl }).submit(
        'restrict',
        machineId,
        comment,
        heldCall(),
      ),
    );
    assert.equal(error.code, 'network_failure');
    assert.equal(error.taken, 'no');
  });

  it('a silent server ends in a time-out, in doubt, and the call is let go', async () => {
    await timesOut(() => undefined);
  });

  it('a body that stalls half-way ends in a time-out too', async () => {
    await timesOut((response) => {
      response.writeHead(201, { 'content-length': '500' });
      response.write('{"id":');
    });
  });

  async function timesOut(answer: (response: ServerResponse) => void): Promise<void> {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let closed: Promise<void> | undefined;
    try {
      await serving(
        (request, response) => {
          closed = new Promise<void>((resolve) =>
            request.socket.once('close', () => {
              resolve();
            }),
          );
          answer(response);
          setImmediate(() => clock.tick(30_000));
        },
        async (baseUrl) => {
          const defender = createDefenderClient({ ...clientOptions(), baseUrl, timeoutMs: 30_000 });
          const error = await failure(defender.submit('restrict', machineId, comment, heldCall()));
          assert.equal(error.code, 'timed_out');
          assert.equal(error.taken, 'unknown');
          assert.equal(clock.countTimers(), 0);
          await closed;
        },
      );
    } finally {
      clock.restore();
    }
  }
});

describe('a 401', () => {
  const unauthorized = { status: 401, body: wireError('Unauthorized') };

  it('bug 12: refreshes the token once and gives up at the second', async () => {
    const { defender, sent, options } = scripted([unauthorized, unauthorized]);
    const error = await failure(defender.submit('restrict', machineId, comment, heldCall()));
    assert.equal(error.code, 'Unauthorized');
    assert.equal(error.taken, 'no');
    assert.deepEqual(
      sent.map((call) => call.authorization),
      ['Bearer t1', 'Bearer t2'],
    );
    assert.deepEqual(options.token.args, [[], [true]]);
  });

  it('is over once a fresh token is accepted', async () => {
    const { defender } = scripted([unauthorized, { status: 201, body: wireAction() }]);
    assert.equal((await defender.submit('restrict', machineId, comment, heldCall())).outcome, 'created');
  });

  it('bug 12: a read that is also retried still refreshes once', async () => {
    const clock = sinon.useFakeTimers();
    try {
      const { defender, sent, options } = scripted([unauthorized, { status: 503 }, unauthorized]);
      const failed = failure(defender.getAction('a-1'));
      await clock.runAllAsync();
      assert.equal((await failed).code, 'Unauthorized');
      assert.equal(sent.length, 3);
      assert.equal(options.token.args.filter(([force]) => force).length, 1);
    } finally {
      clock.restore();
    }
  });
});

describe('retries', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers()));
  afterEach(() => {
    clock.restore();
  });
  const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

  for (const status of [500, 502, 503, 504]) {
    it(`a read gets over a ${String(status)}, with a pause and a new slot for each call`, async () => {
      const { defender, sent, options } = scripted([{ status }, reset(), { status: 200, body: wireAction() }]);
      const reading = defender.getAction('a-1');
      await clock.tickAsync(499);
      assert.equal(sent.length, 1);
      await clock.runAllAsync();
      assert.equal((await reading)?.status, 'Pending');
      assert.deepEqual(
        options.gate.args.map(([operation]) => operation),
        ['getMachineAction', 'getMachineAction', 'getMachineAction'],
      );
      assert.ok(options.taken.every(({ done }) => done.callCount === 1));
    });
  }

  it('a read is tried three times in all', async () => {
    const { defender, sent } = scripted([{ status: 503 }, { status: 503 }, { status: 503 }]);
    const failed = failure(defender.getAction('a-1'));
    await clock.runAllAsync();
    assert.equal((await failed).status, 503);
    assert.equal(sent.length, 3);
  });

  it('a submission is never repeated, and takes no slot of its own', async () => {
    for (const reply of [{ status: 500 }, { status: 503 }, reset(), { status: 429 }, { status: 404 }]) {
      const { defender, sent, options } = scripted([reply]);
      const failed = failure(defender.submit('restrict', machineId, comment, heldCall()));
      await clock.runAllAsync();
      await failed;
      assert.equal(sent.length, 1);
      assert.equal(options.gate.callCount, 0);
    }
  });

  it('a 429 is not retried: it is reported with its wait and thrown', async () => {
    const refused = { status: 429, body: wireError('429'), headers: { 'Retry-After': '7' } };
    const { defender, sent, options } = scripted([refused, refused]);
    const reading = await failure(defender.getAction('a-1'));
    const writing = await failure(defender.submit('release', machineId, comment, heldCall()));
    assert.deepEqual([reading.retryAfterMs, writing.retryAfterMs], [7000, 7000]);
    assert.deepEqual(options.onThrottled.args, [
      ['getMachineAction', 7000],
      ['unrestrictCodeExecution', 7000],
    ]);
    assert.equal(sent.length, 2);
  });

  it('a 429 that cannot be noted down is still the error that the caller sees', async () => {
    const { defender } = scripted([{ status: 429 }], { onThrottled: () => Promise.reject(new Error('disk full')) });
    await assert.rejects(defender.submit('restrict', machineId, comment, heldCall()), hasCode('TooManyRequests'));
  });
});

describe('the log', () => {
  it('has what support needs and neither token nor comment', async () => {
    const { defender, options } = scripted([{ status: 403, body: wireError('Forbidden') }]);
    await failure(defender.submit('restrict', machineId, 'secret plan', heldCall()));
    const logged = JSON.stringify([options.logger.debug.args, options.logger.warn.args]);
    assert.ok(logged.includes(correlation));
    assert.doesNotMatch(logged, /t1|secret plan/);
  });
});
