import assert from 'node:assert/strict';
import type { Store } from '../../src/store/store.js';
import { openRaw } from './raw.js';

/** A plan that walks an index to what is due stays fast whatever else the tables hold. */
describe('what the loops ask of SQLite', () => {
  const inboxDue = 'SEARCH inbox USING INDEX inbox_due (settled_at=? AND due_at<?)';
  const requestDue = 'SEARCH request USING INDEX request_due (state=? AND due_at<?)';
  const lane = 'SEARCH older USING COVERING INDEX delivery_lane (lane=? AND state=? AND id<?)';
  const merge = ['MERGE (UNION ALL)', 'LEFT', 'RIGHT'];

  const plans: { name: string; ask: (store: Store) => Promise<unknown>; plan: string[] }[] = [
    {
      name: 'claimIncoming',
      ask: (store) => store.claimIncoming('r', 1, 10),
      plan: [inboxDue, 'USE TEMP B-TREE FOR ORDER BY'],
    },
    {
      name: 'nextIncomingDue',
      ask: (store) => store.nextIncomingDue(),
      plan: ['SEARCH inbox USING INDEX inbox_due (settled_at=?)'],
    },
    {
      name: 'claimRequests',
      ask: (store) => store.claimRequests('r', ['queued', 'submitted', 'unknown'], 1, 10),
      plan: [requestDue],
    },
    {
      name: 'claimQueued',
      ask: (store) => store.claimQueued('r', 'restrict', 1, 10),
      plan: [
        'SEARCH request USING INDEX request_waiting (action=?)',
        'CORRELATED SCALAR SUBQUERY 1',
        'SEARCH other USING INDEX request_device (device_id=?)',
      ],
    },
    {
      name: 'nextDue',
      ask: (store) => store.nextDue(['queued', 'submitted']),
      plan: ['SEARCH request USING INDEX request_due (state=? AND due_at>?)', ...merge],
    },
    {
      name: 'claimHeld',
      ask: (store) => store.claimHeld('r', 'restrict', 10),
      plan: ['SEARCH request USING INDEX request_due (state=? AND due_at=?)'],
    },
    {
      name: 'recentRequests',
      ask: (store) => store.recentRequests('restrict', 1, { at: 9, id: 'x' }),
      plan: [
        'SEARCH request USING INDEX request_recent (action=? AND created_at>? AND created_at<?)',
        'USE TEMP B-TREE FOR GROUP BY',
        'USE TEMP B-TREE FOR ORDER BY',
      ],
    },
    {
      name: 'requestsIn',
      ask: (store) => store.requestsIn(['queued', 'submitted'], 10),
      plan: ['SEARCH request USING INDEX request_line (state=?)', ...merge],
    },
    {
      name: 'claimDeliveries',
      ask: (store) => store.claimDeliveries('r', 1, 10),
      plan: ['SEARCH delivery USING INDEX delivery_due (state=? AND due_at<?)', 'CORRELATED SCALAR SUBQUERY 1', lane],
    },
    {
      name: 'nextDeliveryDue',
      ask: (store) => store.nextDeliveryDue(),
      plan: ['SEARCH delivery USING INDEX delivery_due (state=?)', 'CORRELATED SCALAR SUBQUERY 1', lane],
    },
    {
      name: 'reserveCall',
      ask: (store) => store.reserveCall('getMachine', 1, [{ limit: 100, ms: 60_000 }]),
      plan: ['SEARCH call USING COVERING INDEX call_log (bucket=? AND at>? AND at<?)'],
    },
  ];

  for (const { name, ask, plan } of plans) {
    it(`${name} reads only what it answers`, async () => {
      const { store, database, queries } = await openRaw();
      await ask(store);
      const selects = queries.filter(({ sql }) => sql.startsWith('select'));
      assert.ok(selects.length > 0);
      const steps = selects.flatMap(({ sql, parameters }) =>
        database
          .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
          .all(...parameters)
          .map(({ detail }) => detail),
      );
      await store.close();
      assert.deepEqual([...new Set(steps)].sort(), [...plan].sort());
    });
  }
});
