import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../audit-key.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { storeContract, storeTime } from '../contract/store.js';

storeContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-store-'));
  const handles: Store[] = [];
  const reopen = async () => {
    const store = await openStore(`sqlite:${join(folder, 'data', 'cordon.db')}`, { audit, now: () => storeTime });
    handles.push(store);
    return store;
  };
  return {
    store: await reopen(),
    reopen,
    cleanup: async () => {
      await Promise.all(handles.map((handle) => handle.close()));
      await rm(folder, { recursive: true });
    },
  };
});
