import assert from 'node:assert/strict';
import { startPostgres } from '../../../sandbox/postgres.js';
import { Practice } from './practice.js';

describe('cordon doctor, on PostgreSQL', function () {
  this.timeout(120_000);

  it('finds all well beside a running Cordon, the database’s clock included', async () => {
    const postgres = await startPostgres();
    try {
      const practice = await Practice.open({ settings: { DATABASE_URL: await postgres.createDatabase() } });
      try {
        const visit = await practice.visit();
        assert.equal(visit.complaints, '');
        assert.match(visit.of('store.reach')[0]!.seen, /PostgreSQL answers; 1 running Cordon uses it/);
        assert.equal(visit.of('clock.database')[0]?.status, 'ok');
        for (const id of ['store.write', 'store.record', 'store.quota'])
          assert.equal(visit.of(id)[0]?.status, 'ok', id);
      } finally {
        await practice.close();
      }
    } finally {
      await postgres.close();
    }
  });
});
