/**
 * A process of its own for the fault tests: `node store-worker.js <job> <file>`. It waits for a line on stdin, does the
 * job and writes one line per acknowledged thing, at once and unbuffered.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { audit } from '../audit-key.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { changed, event, incoming, nothing, reply, request, vote } from '../store/examples.js';

const [, , job = '', file = ''] = process.argv;
const say = (line: string) => writeSync(1, `${line}\n`);
const id = request().id;

const jobs: Record<string, () => Promise<void>> = {
  /** Opens the store, then makes 20 changes to one Request in competition with whoever does the same. */
  compete: async () => {
    const store = await open();
    await store.create(request(), nothing).catch(() => undefined);
    for (let done = 0; done < 20;) {
      const before = await store.request(id);
      if (before === undefined) throw new Error('the Request is gone');
      const effects = { audit: [event('changed')], deliveries: [] };
      if (await store.change(changed(before), effects)) done++;
    }
    await store.close();
    say('done');
  },
  /** Accepts in groups and changes one Request, for ever. */
  work: async () => {
    const store = await open();
    await store.create(request(), nothing);
    for (let round = 0; ; round++) await Promise.all([acceptGroup(store, round), change(store)]);
  },
};

async function acceptGroup(store: Store, round: number): Promise<void> {
  const keys = Array.from({ length: 5 }, (_, i) => `k${round}-${i}`);
  await Promise.all(
    keys.map(async (key) => {
      await store.accept(incoming(key), 1);
      say(`accepted ${key}`);
    }),
  );
}

/** Each change brings one vote, two events and one delivery, so that they can be counted against the version. */
async function change(store: Store): Promise<void> {
  const before = await store.request(id);
  if (before === undefined) throw new Error('the Request is gone');
  const after = changed(before);
  const one = vote(`U${after.version}`);
  await store.change(after, {
    audit: [event('changed'), event('changed at once again')],
    deliveries: [reply(`l${after.version}`, 'changed')],
    vote: one,
  });
  say(`changed ${after.version}`);
}

function open(): Promise<Store> {
  return openStore(`sqlite:${file}`, { audit, now: () => 0 });
}

say('ready');
await once(process.stdin, 'data');
process.stdin.destroy();
await jobs[job]?.();
