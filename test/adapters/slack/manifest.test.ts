import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';
import { eventsPath } from '../../../adapters/slack/http.js';
import {
  botEvents,
  commandScope,
  doctorScopes,
  methodScopes,
  neededScopes,
  restrictShortcut,
  slashCommands,
} from '../../../adapters/slack/names.js';

const text = readFileSync('manifests/slack/manifest.yaml', 'utf8');
const manifest = z
  .object({
    features: z.object({
      app_home: z.object({ messages_tab_enabled: z.boolean(), messages_tab_read_only_enabled: z.boolean() }),
      slash_commands: z.array(z.object({ command: z.string(), url: z.string(), should_escape: z.boolean() })),
      shortcuts: z.array(z.object({ name: z.string(), type: z.string(), callback_id: z.string() })),
    }),
    oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
    settings: z.object({
      event_subscriptions: z.object({ request_url: z.string(), bot_events: z.array(z.string()) }),
      interactivity: z.object({ is_enabled: z.boolean(), request_url: z.string() }),
    }),
  })
  .parse(parse(text));

/** The published schema lies beside the project, not in it. */
function schemaPath(): string | undefined {
  return ['..', '../..', '../../..']
    .map((up) => `${up}/shared/schemas/slack-manifest-2.json`)
    .find((path) => existsSync(path));
}

describe('The Slack manifest', () => {
  it('is valid against the published schema', function () {
    const path = schemaPath();
    if (path === undefined) {
      process.stdout.write('      slack-manifest-2.json is not here: the manifest is not checked against it\n');
      this.skip();
    }
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')) as object);
    assert.ok(validate(parse(text)), JSON.stringify(validate.errors, null, 2));
  });

  it('has the slash commands that the adapter takes, escaped as its parser expects', () => {
    const { slash_commands } = manifest.features;
    assert.deepEqual(
      slash_commands.map(({ command }) => command),
      Object.keys(slashCommands),
    );
    assert.ok(slash_commands.every(({ should_escape }) => should_escape));
  });

  it('has the shortcut that the adapter takes', () => {
    const { name, callbackId } = restrictShortcut;
    assert.deepEqual(manifest.features.shortcuts, [{ name, type: 'message', callback_id: callbackId }]);
  });

  it('subscribes to the events that the adapter takes', () => {
    assert.deepEqual(manifest.settings.event_subscriptions.bot_events, Object.keys(botEvents));
  });

  it('asks for the scopes of the events, commands and methods in use, and for no more', () => {
    const needed = new Set([commandScope, ...Object.values(botEvents), ...Object.values(methodScopes).flat()]);
    assert.deepEqual(manifest.oauth_config.scopes.bot.toSorted(), [...needed].sort());
  });

  it('asks for what the doctor looks for, where the policy names user groups', () => {
    const needed = neededScopes({ groups: true, emails: false }).map(({ scope }) => scope);
    assert.deepEqual(manifest.oauth_config.scopes.bot.toSorted(), needed);
    const without = neededScopes({ groups: false, emails: false }).map(({ scope }) => scope);
    assert.deepEqual(
      needed.filter((scope) => !without.includes(scope)),
      ['usergroups:read'],
    );
  });

  it('knows every Web API method that the adapter calls', () => {
    const folder = 'adapters/slack';
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const called = sources.flatMap((file) =>
      [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/\bclient\.(\w+(?:\.\w+)+)\(/g)].map((match) => match[1]),
    );
    assert.deepEqual([...new Set(called)].sort(), Object.keys({ ...methodScopes, ...doctorScopes }).sort());
  });

  it('sends everything to the one path that the adapter mounts', () => {
    const urls = [
      ...manifest.features.slash_commands.map(({ url }) => url),
      manifest.settings.event_subscriptions.request_url,
      manifest.settings.interactivity.request_url,
    ];
    assert.deepEqual([...new Set(urls.map((url) => new URL(url).pathname))], [eventsPath]);
    assert.ok(manifest.settings.interactivity.is_enabled);
  });

  it('lets people write to the bot directly', () => {
    const { messages_tab_enabled, messages_tab_read_only_enabled } = manifest.features.app_home;
    assert.deepEqual([messages_tab_enabled, messages_tab_read_only_enabled], [true, false]);
  });

  it('has every scope explained in docs/slack.md', () => {
    const guide = readFileSync('docs/slack.md', 'utf8');
    for (const scope of manifest.oauth_config.scopes.bot) assert.ok(guide.includes(`| \`${scope}\``), scope);
  });
});
