import assert from 'node:assert/strict';
import type { Request } from '../../src/request/request.js';
import type { Store } from '../../src/store/store.js';

/** Makes of what is queued what earlier versions of Cordon stored first: an approval and nothing more. */
export async function unqueue(store: Store): Promise<void> {
  for (const request of await store.requestsIn(['queued'], 10)) {
    const { queuedAt, estimate, waitsFor, ...rest } = request;
    const approved: Request = { ...rest, state: 'approved', version: request.version + 1 };
    assert.equal(await store.change(approved, { audit: [], deliveries: [] }), true);
  }
}
