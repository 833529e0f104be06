import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { PageState } from '../../../sandbox/page/model.js';
import { startPage, type Page } from '../../../sandbox/page/server.js';
import { eventually } from '../../e2e/eventually.js';
import { alice, channel, startParts, type Bench } from './support.js';

const saying = { on: 'slack', do: 'say', user: alice, channel, text: 'hello' };

interface Reply {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

describe("the page's server", () => {
  let bench: Bench;
  let page: Page;
  beforeEach(async () => {
    bench = await startParts();
    page = await startPage(bench, { bundle: { js: '// script', css: '/* style */' } });
  });
  afterEach(async () => {
    await page.close();
    await bench.close();
  });

  /** `fetch` chooses `Host` and `Sec-Fetch-Site` itself; a browser under attack does not. */
  function call(path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const sending = request(new URL(path, page.url), { method, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve({ status: response.statusCode, headers: response.headers, text });
        });
      });
      sending.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
  const json = { 'content-type': 'application/json' };
  const said = (): string[] => bench.slack.messages(channel).map(({ message }) => message.text);

  it('serves a page that nothing from outside can be loaded into, and that nobody can frame', async () => {
    const { status, headers, text } = await call('/');
    assert.equal(status, 200);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers['x-content-type-options'], 'nosniff');
    const loaded = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    assert.deepEqual(loaded, ['data:,', '/page.css', '/page.js']);
    assert.doesNotMatch(text, /<script(?![^>]*src)|style=|\son\w+=/);
    assert.equal((await call('/page.js')).text, '// script');
    assert.equal((await call('/page.css')).text, '/* style */');
  });

  it('answers no other host, whatever name it was given (DNS rebinding)', async () => {
    const { port } = new URL(page.url);
    for (const host of ['cordon.attacker.example', `attacker.example:${port}`, '127.0.0.1', '127.0.0.1:80']) {
      for (const path of ['/', '/events', '/page.js']) assert.equal((await call(path, { host })).status, 403, host);
      assert.equal((await call('/act', { ...json, host }, saying)).status, 403, host);
    }
    assert.equal((await call('/', { host: `localhost:${port}` })).status, 200);
    assert.deepEqual(said(), []);
  });

  it('does nothing for another site (CSRF)', async () => {
    for (const headers of [
      { ...json, origin: 'https://attacker.example' },
      { ...json, origin: 'null' },
      { ...json, origin: 'http://127.0.0.1:1' },
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...json, 'sec-fetch-site': 'same-site' },
    ]) {
      assert.equal((await call('/act', headers, saying)).status, 403, JSON.stringify(headers));
      assert.equal((await call('/events', headers)).status, 403);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      assert.equal((await call('/act', { 'content-type': type }, saying)).status, 415);
    }
    assert.deepEqual(said(), []);
  });

  it('takes an action of its own page', async () => {
    const origin = page.url.slice(0, -1);
    const { status, text } = await call('/act', { ...json, origin, 'sec-fetch-site': 'same-origin' }, saying);
    assert.deepEqual([status, JSON.parse(text)], [200, {}]);
    assert.deepEqual(said(), ['hello']);
  });

  it('refuses what is no action, also one with a field too many', async () => {
    for (const body of [{}, { on: 'slack', do: 'delete' }, { ...saying, text: ' ' }, { ...saying, as: 'U0CORDON' }]) {
      assert.equal((await call('/act', json, body)).status, 400, JSON.stringify(body));
    }
    assert.deepEqual(said(), []);
  });

  it('tells what could not be done in words', async () => {
    const nowhere = await call('/act', json, { ...saying, channel: 'C0NONE' });
    assert.deepEqual(JSON.parse(nowhere.text), { problem: 'There is no channel C0NONE.' });
    bench.slackDoor.slashCommand.rejects(new Error('connect ECONNREFUSED'));
    const down = await call('/act', json, { ...saying, text: '/cordon list' });
    assert.deepEqual(JSON.parse(down.text), { problem: 'connect ECONNREFUSED' });
  });

  it('sends the state at once, and again whenever it is another one', async () => {
    const leave = new AbortController();
    const { body } = await fetch(new URL('/events', page.url), { signal: leave.signal });
    const states: PageState[] = [];
    const reading = read(body, states).catch(() => undefined);
    await eventually('the first state', () => states.length > 0);
    assert.deepEqual(states[0]?.slack.messages, []);
    await call('/act', json, saying);
    await eventually('the message', () => states.at(-1)?.slack.messages[0]?.message.text === 'hello');
    // No event tells of this: the device simply gets on.
    await bench.restrict();
    await eventually('the action', () => states.at(-1)?.defender.actions[0]?.status === 'Pending');
    bench.wait(10_000);
    await eventually('its end', () => states.at(-1)?.defender.actions[0]?.status === 'Succeeded');
    await eventually('that Cordon is not there', () => states.at(-1)?.cordon === 'not answering');
    assert.equal(new Set(states.map((each) => JSON.stringify(each))).size, states.length);
    leave.abort();
    await reading;
  });
});

async function read(body: ReadableStream<Uint8Array> | null, states: PageState[]): Promise<void> {
  assert.ok(body);
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of body) {
    text += decoder.decode(part, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, data] = /^data: (.*)$/s.exec(event) ?? [];
      if (data !== undefined) states.push(JSON.parse(data) as PageState);
    }
  }
}
