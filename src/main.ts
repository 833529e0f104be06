import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import { slackMethod } from '../adapters/slack/method.js';
import { teamsMethod } from '../adapters/teams/method.js';
import { loadAuditKeys } from './audit/key-file.js';
import { ConfigError, type Config, readConfig } from './config.js';
import { describeChoice } from './config/entra.js';
import { checkCredential } from './defender/check-credential.js';
import { createDefenderClient } from './defender/client.js';
import { createTokenSource, entraCredential, loadIdentity, type TokenSource } from './defender/credentials.js';
import { answerWithinMs } from './defender/quota.js';
import { createThrottle } from './defender/throttle.js';
import { createUnfinished } from './defender/unfinished.js';
import { CordonError, messageOf } from './errors.js';
import { buttonToken, linkCode, requestId } from './ids.js';
import type { Adapter, Core } from './platform.js';
import { watchChanges } from './ops/changes.js';
import { createConnections } from './ops/connections.js';
import { createDoorRecord } from './ops/door.js';
import { createHttpApp, listen } from './ops/http.js';
import { createJournal } from './ops/journal.js';
import { createLogger } from './ops/log.js';
import { createMetrics } from './ops/metrics.js';
import { createReadiness } from './ops/ready.js';
import { loadTracing } from './ops/tracing.js';
import { createTroubles } from './ops/troubles.js';
import { directToGroups } from './request/tell-owners.js';
import { createInherited } from './request/inherited.js';
import { cardAfter } from './request/card-after.js';
import { shareLookUps } from './people/share-look-ups.js';
import { createEntraGroups } from './graph/groups.js';
import { createPolicyWatch } from './policy/watch.js';
import { createPolicyNow } from './policy/now.js';
import type { Policy } from './policy/policy.js';
import { outOfReach } from './policy/reach.js';
import { createClock } from './store/clock.js';
import { openWhenThere } from './store/open.js';
import { version } from './version.js';
import { policyRejected } from './view/policy.js';
import { createLoop } from './work/loop.js';
import { createWorkers } from './work/workers.js';

/** How long running work gets to end after SIGTERM. */
const graceMs = 9_500;
/** A question that would have to wait longer for the quota is answered with when to ask again. */
const longestQuestionMs = 10_000;
/** A ConfigMap's file is a link to a link, which no file watcher follows. */
const lookAtPolicyMs = 3_000;

async function main(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const metrics = createMetrics();
  const tracing = await loadTracing(process.env, { version, logger });
  const clock = createClock({ wall: Date.now, monotonic: () => performance.now() });
  const now = (): number => clock.now();
  const warnings = await checkCredential(config.entra, { readFile: (path) => readFile(path), now });
  logger.info({ cloud: config.cloud, credential: config.credential }, describeChoice(config.credential, config.cloud));
  for (const warning of [...config.notices, ...warnings]) logger.warn({}, warning);
  const policy = createPolicyWatch({
    path: config.policyPath,
    readFile: (path) => readFile(path, 'utf8'),
    now,
    record: (events) => store.record(events),
    lastEvent: (what) => store.lastEvent(what),
    tell: async (problem, inForce) => {
      metrics.reloaded('rejected');
      const world = { store, platforms, now, policy: () => policy.policy() };
      const note = policyRejected(problem, inForce.revision);
      await store.owe(await directToGroups(world, await groups.policyNow(), inForce.owners, note));
      workers.wake('deliver');
    },
    changed: (next) => {
      metrics.reloaded('taken');
      warnOfReach(next);
    },
    logger,
  });
  await policy.load();
  const audit = (begun: boolean) => loadAuditKeys(config.auditKeyPaths, begun);
  const opened = await openWhenThere(config.databaseUrl, { now, audit, observe: metrics.stored }, (error) => {
    logger.warn({ code: error.code }, `waiting for the database: ${error.message}`);
  });
  const journal = createJournal(logger);
  const store = watchChanges(opened, (committed) => {
    metrics.changed(committed);
    journal(committed);
    tracing.changed(committed);
  });
  await clock.follow(() => store.time());
  await policy.noteLoaded();
  const door = createDoorRecord({ now, record: (events) => store.record(events), logger });
  const stopping = new AbortController();
  const { signal } = stopping;
  const throttle = createThrottle({ store, now, signal, quota: config.quota, random: Math.random, logger });
  const credential = entraCredential(config.entra);
  const troubles = createTroubles(now);
  const audiences = { defender: 'Defender', graph: 'Microsoft Graph' } as const;
  const tokenFor = (audience: keyof typeof audiences, scope: string): TokenSource =>
    troubles.token(
      createTokenSource({ credential: metrics.credential(audience, credential), scope, now }),
      audiences[audience],
    );
  const userAgent = `MdePartner-Cordon-Cordon/${version}`;
  const connections = createConnections({ now: Date.now });
  const client = createDefenderClient({
    baseUrl: config.defender.apiUrl,
    fetch: troubles.fetch(connections.fetchOnce),
    token: tokenFor('defender', config.defender.scope),
    gate: (operation, options) => throttle.take(operation, { withinMs: longestQuestionMs, ...options }),
    onThrottled: (operation, retryAfterMs) => throttle.throttled(operation, retryAfterMs),
    onAnswer: (answered) => {
      metrics.answered(answered);
      tracing.answered(answered);
    },
    timeoutMs: answerWithinMs,
    userAgent,
    dryRun: config.dryRun,
    now,
    logger,
  });
  const defender = metrics.defender(client);

  const entraGroups = createEntraGroups({
    baseUrl: config.graph.url,
    fetch: metrics.graph(connections.fetch),
    token: tokenFor('graph', config.graph.scope),
    tenantId: config.entra.tenantId.toLowerCase(),
    userAgent,
  });
  const groups = createPolicyNow({
    policy: () => policy.policy(),
    sources: () => {
      const slackGroups = adapters.find(({ platform }) => platform.name === 'slack')?.groups;
      return {
        'entra-group': troubles.groups(entraGroups),
        ...(slackGroups && { 'slack-group': troubles.groups(slackGroups) }),
      };
    },
    now,
    logger,
  });

  const adapters: Adapter[] = [];
  const ready = createReadiness({ store, policy, workers: () => workers, adapters, troubles, now });
  const page = metrics.page({
    store,
    ready,
    alive: () => workers.reasons().length === 0,
    policy: { revision: () => policy.policy().revision, rejected: () => policy.reasons().length > 0 },
    dryRun: config.dryRun,
    version,
    quota: config.quota,
    now,
  });
  const app = createHttpApp(ready, config.metrics ? page : undefined);
  const core = metrics.core({
    accept: (incoming) =>
      tracing.received(incoming, async () => {
        const fresh = await store.accept(incoming, now());
        if (fresh) workers.wake('intake');
        return fresh;
      }),
    cardAfter: (press, withinMs) =>
      cardAfter({ store, now, portalUrl: config.defender.portalUrl, sleep: delay }, press, withinMs),
    refused: (platform, reason) => {
      door.refused(platform, reason);
    },
  } satisfies Core);
  // A platform's SDK is half of what a start takes, so it is loaded where the platform is on.
  if (config.slack) {
    const { createSlackAdapter } = await import('../adapters/slack/adapter.js');
    const fetch = metrics.fetch('slack', slackMethod, connections.fetch);
    adapters.push(createSlackAdapter({ settings: config.slack, app, core, now, logger, fetch }));
  }
  if (config.teams) {
    const { createTeamsAdapter } = await import('../adapters/teams/adapter.js');
    const addresses = store.addresses('teams');
    const fetch = metrics.fetch('teams', teamsMethod, connections.fetch);
    const measured = (bot: TokenCredential): TokenCredential => metrics.credential('teams', bot);
    adapters.push(createTeamsAdapter({ settings: config.teams, app, core, addresses, now, logger, fetch, measured }));
  }

  const platforms = new Map(
    adapters.map(({ platform }) => [platform.name, shareLookUps(troubles.platform(metrics.platform(platform)), now)]),
  );
  const workers = createWorkers(
    {
      store,
      defender,
      throttle,
      unfinished: createUnfinished(defender, now),
      inherited: createInherited(now()),
      platforms,
      policy: () => policy.policy(),
      policyNow: groups.policyNow,
      now,
      newId: () => requestId(randomBytes),
      newToken: () => buttonToken(randomBytes),
      newCode: () => linkCode(randomBytes),
      logger,
      tracer: tracing.tracer,
      portalUrl: config.defender.portalUrl,
      dryRun: config.dryRun,
      limits: {
        commentLength: config.commentLength,
        settleMs: config.settleMs,
        attempts: config.attempts,
        mostOpen: config.mostOpen,
      },
    },
    { ms: config.leaseMs, newId: randomUUID, clock },
    metrics.ticked,
  );

  const server = await listen(app, config.host, config.port);
  await Promise.all(adapters.map((adapter) => adapter.start()));
  await workers.start();
  const warnOfReach = (current: Policy): void => {
    for (const problem of outOfReach(current, new Set(platforms.keys()))) logger.warn({}, problem);
  };
  const watching = createLoop({
    name: 'policy',
    tick: async () => {
      await policy.look();
      return now() + lookAtPolicyMs;
    },
    now,
    logger,
    ticked: metrics.ticked,
  });
  const doorkeeper = createLoop({ name: 'door', tick: () => door.flush(), now, logger, ticked: metrics.ticked });
  watching.start();
  doorkeeper.start();
  warnOfReach(policy.policy());
  if (config.dryRun) logger.warn({}, 'dry run: nothing that changes a device is sent to Defender');
  process.on('SIGHUP', () => {
    logger.info({}, 'reading the policy file, and asking for the members of groups anew');
    groups.forget();
    policy.reload().catch((error: unknown) => {
      logger.error({ err: error }, `the policy file could not be read again: ${messageOf(error)}`);
    });
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    logger.info({ signal }, 'stopping');
    stopping.abort(new Error('Cordon is stopping'));
    const stopped = async (): Promise<void> => {
      await Promise.all([server.close(), ...adapters.map((adapter) => adapter.stop()), workers.stop()]);
      await Promise.all([watching.stop(), doorkeeper.stop()]);
      await door.flush('all');
      await store.close();
      await tracing.close();
    };
    // What does not end in time is handed back by the lease: another process, or the next start, takes it over.
    await Promise.race([
      stopped().catch((error: unknown) => {
        logger.error({ err: error }, `stopping did not go well: ${messageOf(error)}`);
      }),
      delay(graceMs),
    ]);
    process.exit(0);
  };
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
  // Last: whoever waits for it may send a signal at once.
  logger.info({ port: server.port, policy: policy.policy().revision, dryRun: config.dryRun }, 'Cordon is ready');
  // So that the first token does not wait for it. Should it fail, that token says why.
  await loadIdentity().catch(() => undefined);
}

try {
  await main(readConfig(process.env));
} catch (error) {
  if (!(error instanceof CordonError)) throw error;
  const list =
    error instanceof ConfigError
      ? error.problems.map((problem) => `  - ${problem}`).join('\n')
      : `  ${error.userText ?? error.message}`;
  process.stderr.write(`Cordon cannot start:\n${list}\nAll settings: docs/configuration.md\n`);
  // Whatever was started by then must not keep a process alive that cannot work.
  process.exit(1);
}
