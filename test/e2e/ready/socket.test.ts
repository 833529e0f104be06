import assert from 'node:assert/strict';
import { boot } from '../../../sandbox/boot.js';
import { becomes, readiness, unready, well } from './readiness.js';

describe('/readyz, where Slack’s socket is in trouble', function () {
  this.timeout(90_000);

  it('says that Slack opens none for the app token, and takes the next one that it opens', async () => {
    const tokens: Record<string, readonly string[]> = { 'xoxb-sandbox': ['users:read'] };
    const sandbox = await boot({ socketMode: true, slack: { tokens } });
    try {
      const url = (): string => sandbox.cordon().url;
      const { reasons } = await becomes(url, unready(/^Slack's socket cannot be opened: .*invalid_auth/));
      assert.equal(reasons.length, 1);
      tokens['xapp-sandbox'] = ['connections:write'];
      await becomes(url, well, 40_000);
    } finally {
      await sandbox.close();
    }
  });

  it('says since when it is down once that is half a minute, and nothing before', async () => {
    const sandbox = await boot({ socketMode: true });
    try {
      const url = (): string => sandbox.cordon().url;
      await becomes(url, well);
      const before = Date.now();
      sandbox.slack.fault({ operation: 'apps.connections.open', kind: '503', times: Infinity });
      await sandbox.slack.socket.close();
      assert.ok(well(await readiness(url())));
      const { reasons } = await becomes(url, unready(/^Slack's socket has not been connected since /), 50_000);
      assert.ok(Date.now() - before > 29_000);
      assert.equal(reasons.length, 1);
    } finally {
      await sandbox.close();
    }
  });
});
