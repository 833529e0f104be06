import assert from 'node:assert/strict';
import { about, alone, subject, untraced } from '../src/trace.js';
import { createLogger } from '../src/ops/log.js';

describe('what a piece of work is about', () => {
  it('is known to all that it calls, and to nothing beside it', async () => {
    const seen = await Promise.all([
      about({ event: 'one' }, async () => {
        await Promise.resolve();
        return subject();
      }),
      untraced.run({ name: 'dispatch', request: 'AAAA0001' }, async () => {
        await Promise.resolve();
        return subject();
      }),
      Promise.resolve(subject()),
    ]);
    assert.deepEqual(seen, [{ event: 'one' }, { request: 'AAAA0001' }, {}]);
  });

  it('is not that of whoever woke a loop', () => {
    assert.deepEqual(
      about({ event: 'one' }, () => alone(subject)),
      {},
    );
  });

  it('does not mix with that of the work around it', () => {
    assert.deepEqual(
      about({ event: 'one' }, () => about({ request: 'AAAA0001' }, subject)),
      { request: 'AAAA0001' },
    );
  });

  it('stands on each line of the log, unless the line says otherwise', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => lines.push(line) });
    about({ event: 'one', request: 'AAAA0001' }, () => {
      logger.info({ ms: 1 }, 'a');
      logger.info({ request: 'BBBB0001' }, 'b');
    });
    logger.info({}, 'c');
    const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      read.map(({ event, request }) => [event, request]),
      [
        ['one', 'AAAA0001'],
        ['one', 'BBBB0001'],
        [undefined, undefined],
      ],
    );
  });
});
