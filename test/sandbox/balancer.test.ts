import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type Balancer, startBalancer } from '../../sandbox/balancer.js';
import { listenOnLoopback } from '../../sandbox/loopback.js';

describe('the balancer before the replicas', () => {
  const closing: (() => Promise<void>)[] = [];
  let now = 0;
  let targets: string[] = [];
  let balancer: Balancer;
  beforeEach(async () => {
    now = 0;
    targets = [];
    balancer = await startBalancer(
      () => targets,
      () => now,
      50,
    );
    closing.push(() => balancer.close());
  });
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  const target = async (listener: RequestListener): Promise<void> => {
    const { port, close } = await listenOnLoopback(createServer(listener));
    closing.push(close);
    targets.push(`http://127.0.0.1:${port}`);
  };
  const post = (body = ''): Promise<Response> => fetch(`${balancer.url}/slack/events?x=1`, { method: 'POST', body });

  it('hands requests on whole, to one after the other', async () => {
    for (const name of ['a', 'b'])
      await target((request, response) => {
        void request
          .toArray()
          .then((parts: Buffer[]) => response.end(`${name} ${request.url ?? ''} ${Buffer.concat(parts).toString()}`));
      });
    const answers = [await (await post('one')).text(), await (await post('two')).text()];
    assert.deepEqual(answers.sort(), ['a /slack/events?x=1 two', 'b /slack/events?x=1 one']);
  });

  it('answers 502 where nobody is there', async () => {
    assert.equal((await post()).status, 502);
  });

  it('tries nothing again: a broken connection is a 502, whoever else could have answered', async () => {
    let asked = 0;
    for (let count = 0; count < 2; count += 1)
      await target((_request, response) => {
        asked += 1;
        response.socket?.destroy();
      });
    assert.equal((await post()).status, 502);
    assert.equal(asked, 1);
  });

  it('answers 504 for one that stands still, and leaves it out for a while', async () => {
    await target(() => undefined);
    assert.equal((await post()).status, 504);
    await target((_request, response) => response.end());
    assert.deepEqual([(await post()).status, (await post()).status], [200, 200]);
    now = 10_000;
    const statuses = [(await post()).status, (await post()).status];
    assert.deepEqual(statuses.sort(), [200, 504]);
  });
});
