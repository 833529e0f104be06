import { readFile } from 'node:fs/promises';
import { loadAuditKeys } from '../../audit/key-file.js';
import { ConfigError, type Config, readConfig } from '../../config.js';
import { createTokenSource, entraCredential } from '../../defender/credentials.js';
import { createEntraGroups } from '../../graph/groups.js';
import type { PlatformName } from '../../people/person.js';
import { platformTitle } from '../../platform.js';
import { loadPolicy } from '../../policy/load.js';
import type { Policy } from '../../policy/policy.js';
import { version } from '../../version.js';
import { type Check, type Finding, failed, ok, once, runChecks } from './check.js';
import { clockChecks, createClockWatch } from './clock.js';
import { defenderChecks } from './defender.js';
import { endpointChecks } from './endpoint.js';
import { createEntraDoctor } from './entra.js';
import type { PlatformDoctor, PlatformDoctors } from './platform-doctor.js';
import { policyChecks } from './policy.js';
import { sendSamples } from './samples.js';
import { createScrub } from './secrets.js';
import { createStoreDoctor } from './store.js';

export interface ExamineOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platformDoctors: PlatformDoctors;
  /** cross-fetch’s. */
  readonly fetch: typeof globalThis.fetch;
  /** Unix ms. */
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Where Cordon is reached from outside. */
  readonly url?: string | undefined;
  /** Post sample cards there, and do nothing else. */
  readonly samples?: { readonly platform: PlatformName; readonly conversation: string } | undefined;
}

/**
 * Looks at everything that Cordon needs to run, beside a running Cordon or without one. Guarantees: nothing is changed anywhere, at the
 * platforms, in Entra, at Defender or in the database, but what `samples` asks for; every look ends in time; no secret setting is in a
 * finding. It does not prove that all will work: what only the platforms can do (reach Cordon, sign with the right secret) shows there.
 */
export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const scrub = createScrub(options.env);
  const findings = await (options.samples === undefined ? examineAll(options) : onlySamples(options, options.samples));
  return findings.map(({ seen, next, about, ...rest }) => ({
    ...rest,
    ...(about === undefined ? {} : { about: scrub(about) }),
    seen: scrub(seen),
    ...(next === undefined ? {} : { next: scrub(next) }),
  }));
}

function settingsOf(env: ExamineOptions['env']): { config: Config | undefined; check: Check } {
  const check = (run: Check['run']): Check => ({ id: 'settings', area: 'settings', title: 'Settings', run });
  try {
    const config = readConfig(env);
    const platforms = [config.slack && 'Slack', config.teams && 'Teams']
      .filter((name) => name !== undefined)
      .join(' and ');
    const dry = config.dryRun ? ' CORDON_DRY_RUN is on: nothing is sent to Defender that changes a device.' : '';
    return { config, check: check(() => Promise.resolve(ok(`They fit together, for ${platforms}.${dry}`))) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const outcomes = error.problems.map((problem) =>
      failed(
        problem,
        'Set it right (docs/configuration.md). Until then Cordon does not start, and the rest is not looked at.',
      ),
    );
    return { config: undefined, check: check(() => Promise.resolve(outcomes)) };
  }
}

async function examineAll(options: ExamineOptions): Promise<Finding[]> {
  const { now, fetch } = options;
  const { config, check: settings } = settingsOf(options.env);
  const endpoint = endpointChecks(options.url, fetch);
  if (config === undefined) return runChecks([settings]);

  const watch = createClockWatch(fetch, now);
  const store = createStoreDoctor({
    databaseUrl: config.databaseUrl,
    quota: config.quota,
    keys: () => loadAuditKeys(config.auditKeyPaths, true),
    now,
    monotonic: options.monotonic,
    clock: (ahead) => {
      watch.note('the database', ahead);
    },
  });
  const platforms = platformsOf(options, config, { watch, store });
  const load = once(() => loadPolicy(config.policyPath, (path) => readFile(path, 'utf8')));
  const policy: Policy | undefined = await load().catch(() => undefined);
  const credential = entraCredential(config.entra);
  const userAgent = `MdePartner-Cordon-Cordon/${version}`;
  const tenantId = config.entra.tenantId;
  const entra = createEntraDoctor({
    credential,
    scope: config.defender.scope,
    tenantId,
    authorityHost: config.entra.authorityHost,
    graphUrl: config.graph.url,
    fetch: watch.fetch('Entra'),
    now,
  });
  const entraGroups = createEntraGroups({
    baseUrl: config.graph.url,
    fetch: watch.fetch('Microsoft Graph'),
    token: createTokenSource({ credential, scope: config.graph.scope, now }),
    tenantId: tenantId.toLowerCase(),
    userAgent,
  });
  const slackGroups = platforms.get('slack')?.groups;
  try {
    const found = await runChecks([
      settings,
      ...policyChecks({
        path: config.policyPath,
        load,
        platforms,
        sources: { 'entra-group': entraGroups, ...(slackGroups && { 'slack-group': slackGroups }) },
      }),
      ...[...platforms.values()].flatMap((platform) => platform.checks(policy)),
      ...entra.checks,
      ...defenderChecks({
        baseUrl: config.defender.apiUrl,
        fetch: watch.fetch('Defender'),
        token: entra.token,
        userAgent,
        dryRun: config.dryRun,
        now,
        noRoom: store.noRoom,
      }),
      ...store.checks,
      ...endpoint,
    ]);
    // Only now has everybody said what time it is.
    return [...found, ...(await runChecks(clockChecks(watch)))];
  } finally {
    await store.close();
  }
}

function platformsOf(
  { platformDoctors, now }: ExamineOptions,
  { slack, teams }: Config,
  {
    watch,
    store,
  }: { watch: ReturnType<typeof createClockWatch>; store: Pick<ReturnType<typeof createStoreDoctor>, 'look'> },
): Map<PlatformName, PlatformDoctor> {
  const doctors = platformDoctors(
    { slack, teams },
    {
      fetch: (platform) => watch.fetch(platformTitle[platform]),
      now,
      addresses: (platform) => ({
        find: (key) =>
          store.look().then(
            (look) => look.address(platform, key),
            // Before the first start nobody has written to Cordon.
            () => undefined,
          ),
      }),
    },
  );
  return new Map(doctors.map((doctor) => [doctor.name, doctor]));
}

async function onlySamples(
  options: ExamineOptions,
  { platform: name, conversation }: NonNullable<ExamineOptions['samples']>,
): Promise<Finding[]> {
  const { config, check } = settingsOf(options.env);
  if (config === undefined) return runChecks([check]);
  const { now } = options;
  const watch = createClockWatch(options.fetch, now);
  const { databaseUrl, quota } = config;
  const store = createStoreDoctor({
    databaseUrl,
    quota,
    keys: () => loadAuditKeys(config.auditKeyPaths, true),
    now,
    monotonic: options.monotonic,
    clock: () => undefined,
  });
  try {
    const platform = platformsOf(options, config, { watch, store }).get(name);
    const portalUrl = config.defender.portalUrl;
    if (platform !== undefined)
      return [await sendSamples({ platform, conversation, portalUrl, now: now(), sleep: options.sleep })];
    return await runChecks([
      {
        id: 'samples.sent',
        area: 'samples',
        title: 'Sample cards',
        run: () =>
          Promise.resolve(
            failed(`Nothing was posted: ${name} is not set up.`, 'Set that platform up, or name one that is.'),
          ),
      },
    ]);
  } finally {
    await store.close();
  }
}
