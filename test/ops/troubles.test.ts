import assert from 'node:assert/strict';
import { DefenderError } from '../../src/defender/errors.js';
import { CordonError } from '../../src/errors.js';
import { createTroubles, type Troubles } from '../../src/ops/troubles.js';
import { type Platform, PlatformError } from '../../src/platform.js';

describe('what was refused lately', () => {
  let clock: number;
  let troubles: Troubles;
  beforeEach(() => {
    clock = 1_000;
    troubles = createTroubles(() => clock);
  });

  it('is a token that Entra did not give, with its advice, until it gives one', async () => {
    let refused = true;
    const source = troubles.token(
      () =>
        refused
          ? Promise.reject(
              new DefenderError('token_failed', 'x', { taken: 'no', userText: 'The client secret has expired.' }),
            )
          : Promise.resolve('token'),
      'Defender',
    );
    await assert.rejects(source(), { code: 'token_failed' });
    assert.deepEqual(troubles.reasons(), ['For Defender: The client secret has expired.']);
    refused = false;
    assert.equal(await source(), 'token');
    assert.deepEqual(troubles.reasons(), []);
  });

  it('is an operation that Defender refuses, and a read that goes through does not hide it', async () => {
    let status = 403;
    const fetch = troubles.fetch(() => Promise.resolve(new Response('', { status })));
    const restrict = () => fetch('https://api.example/api/machines/1/restrictCodeExecution', { method: 'POST' });
    await restrict();
    status = 200;
    await fetch('https://api.example/api/machines');
    assert.deepEqual(troubles.reasons(), [
      'Defender answers 403 to restrictCodeExecution: cordon doctor says what is missing.',
    ]);
    // An outage says nothing about the right to call.
    status = 503;
    await restrict();
    assert.equal(troubles.reasons().length, 1);
    status = 404;
    await restrict();
    assert.deepEqual(troubles.reasons(), []);
  });

  it('is a Defender that does not answer, with why, until it answers anything', async () => {
    let fails: Error | undefined = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    const fetch = troubles.fetch(() =>
      fails === undefined ? Promise.resolve(new Response('', { status: 503 })) : Promise.reject(fails),
    );
    const ended = AbortSignal.abort();
    await assert.rejects(fetch('https://api.example/api/machines'), { code: 'ECONNREFUSED' });
    assert.match(troubles.reasons().join(), /^Defender does not answer \(ECONNREFUSED\): /);
    await assert.rejects(fetch('https://api.example/api/machines', { signal: ended }));
    assert.match(troubles.reasons().join(), /^Defender does not answer \(not in time\): /);
    fails = undefined;
    await fetch('https://api.example/api/machines');
    assert.deepEqual(troubles.reasons(), []);
  });

  it('is a group that cannot be asked about, each of its own, until it can; its token is said already', async () => {
    const asked = new Map<string, string>();
    const source = troubles.groups({
      members: ({ id }) => {
        const code = asked.get(id);
        return code === undefined
          ? Promise.resolve(['slack:T1:U1'])
          : Promise.reject(new CordonError(code, 'x', { userText: 'Grant it.' }));
      },
    });
    const ask = (id: string) =>
      source.members({ kind: 'entra-group', tenant: 't', id }, new AbortController().signal).catch(() => undefined);
    asked.set('one', 'graph_http_403').set('two', 'graph_token');
    await Promise.all([ask('one'), ask('two'), ask('three')]);
    assert.deepEqual(troubles.reasons(), ['Who is in the Entra group one cannot be told: Grant it.']);
    asked.clear();
    await ask('three');
    assert.equal(troubles.reasons().length, 1);
    assert.deepEqual(await ask('one'), ['slack:T1:U1']);
    assert.deepEqual(troubles.reasons(), []);
  });

  it('is a token that a chat platform refuses, no other refusal, and it is over with the next call that goes through', async () => {
    let error: PlatformError | undefined = new PlatformError('refused', 'slack_is_archived', 'x');
    const answer = () => (error === undefined ? Promise.resolve() : Promise.reject(error));
    const platform = troubles.platform({ name: 'slack', update: answer } as unknown as Platform);
    const call = () =>
      platform.update(
        { platform: 'slack', conversation: 'C', message: '1' },
        { kind: 'note', note: { tone: 'neutral', lines: [] } },
      );
    await assert.rejects(call());
    assert.deepEqual(troubles.reasons(), []);
    error = new PlatformError('credentials', 'slack_token_revoked', 'x', { userText: 'Install it again.' });
    await assert.rejects(call());
    assert.deepEqual(troubles.reasons(), ['Slack refuses the token of Cordon: Install it again.']);
    error = undefined;
    await call();
    assert.deepEqual(troubles.reasons(), []);
  });

  it('is forgotten after an hour in which nobody tried', async () => {
    const fetch = troubles.fetch(() => Promise.resolve(new Response('', { status: 401 })));
    await fetch('https://api.example/api/machines');
    clock += 3_600_000;
    assert.deepEqual(troubles.reasons(), []);
  });
});
