import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { cordon } from '../cli/support.js';

interface Manifest {
  readonly features: { readonly slash_commands: readonly { readonly command: string; readonly url?: string }[] };
  readonly settings: {
    readonly socket_mode_enabled: boolean;
    readonly event_subscriptions: { readonly request_url?: string; readonly bot_events: readonly string[] };
    readonly interactivity: { readonly request_url?: string };
  };
}

describe('The Slack manifest for a host name', () => {
  const url = 'https://cordon.contoso.com/slack/events';

  it('has that host in every address', async () => {
    const { stdout } = await cordon('manifest slack --host Cordon.contoso.com');
    const { features, settings } = parse(stdout) as Manifest;
    assert.deepEqual(new Set(features.slash_commands.map((command) => command.url)), new Set([url]));
    assert.equal(settings.event_subscriptions.request_url, url);
    assert.equal(settings.interactivity.request_url, url);
    assert.doesNotMatch(stdout, /example\.com/);
  });

  it('has no address at all in Socket Mode, and everything else', async () => {
    const { files } = await cordon('manifest slack --socket-mode --out slack.yaml');
    const text = files.get('slack.yaml');
    assert.ok(typeof text === 'string');
    const { features, settings } = parse(text) as Manifest;
    assert.doesNotMatch(text, /https?:/);
    assert.equal(settings.socket_mode_enabled, true);
    assert.equal(features.slash_commands.length, 3);
    assert.deepEqual(settings.event_subscriptions.bot_events, ['app_mention', 'message.im']);
  });
});
