import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import crossFetch from 'cross-fetch';
import { createSlackAdapter } from '../adapters/slack/adapter.js';
import { createTeamsAdapter } from '../adapters/teams/adapter.js';
import { loadAuditKeys } from './audit/key-file.js';
import { ConfigError, type Config, readConfig } from './config.js';
import { createDefenderClient } from './defender/client.js';
import { clientSecretCredential, createTokenSource } from './defender/credentials.js';
import { answerWithinMs } from './defender/quota.js';
import { createThrottle } from './defender/throttle.js';
import { createUnfinished } from './defender/unfinished.js';
import { CordonError, messageOf } from './errors.js';
import { buttonToken, linkCode, requestId } from './ids.js';
import type { Adapter, Core } from './platform.js';
import { createDoorRecord } from './ops/door.js';
import { createHttpApp, listen } from './ops/http.js';
import { createLogger } from './ops/log.js';
import { directToGroups } from './request/tell-owners.js';
import { createInherited } from './request/inherited.js';
import { cardAfter } from './request/card-after.js';
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
  const clock = createClock({ wall: Date.now, monotonic: () => performance.now() });
  const now = (): number => clock.now();
  const policy = createPolicyWatch({
    path: config.policyPath,
    readFile: (path) => readFile(path, 'utf8'),
    now,
    record: (events) => store.record(events),
    lastEvent: (what) => store.lastEvent(what),
    tell: async (problem, inForce) => {
      const world = { store, platforms, now, policy: () => policy.policy() };
      const note = policyRejected(problem, inForce.revision);
      await store.owe(await directToGroups(world, await groups.policyNow(), inForce.owners, note));
      workers.wake('deliver');
    },
    changed: (next) => {
      warnOfReach(next);
    },
    logger,
  });
  await policy.load();
  const audit = (begun: boolean) => loadAuditKeys(config.auditKeyPaths, begun);
  const store = await openWhenThere(config.databaseUrl, { now, audit }, (error) => {
    logger.warn({ code: error.code }, `waiting for the database: ${error.message}`);
  });
  await clock.follow(() => store.time());
  await policy.noteLoaded();
  const door = createDoorRecord({ now, record: (events) => store.record(events), logger });
  const stopping = new AbortController();
  const { signal } = stopping;
  const throttle = createThrottle({ store, now, signal, quota: config.quota, random: Math.random, logger });
  const credential = clientSecretCredential(config.entra);
  const userAgent = `MdePartner-Cordon-Cordon/${version}`;
  const defender = createDefenderClient({
    baseUrl: config.defender.apiUrl,
    fetch: crossFetch,
    token: createTokenSource({ credential, scope: config.defender.scope, now }),
    gate: (operation, options) => throttle.take(operation, { withinMs: longestQuestionMs, ...options }),
    onThrottled: (operation, retryAfterMs) => throttle.throttled(operation, retryAfterMs),
    timeoutMs: answerWithinMs,
    userAgent,
    dryRun: config.dryRun,
    now,
    logger,
  });

  const entraGroups = createEntraGroups({
    baseUrl: config.graph.url,
    fetch: crossFetch,
    token: createTokenSource({ credential, scope: config.graph.scope, now }),
    tenantId: config.entra.tenantId.toLowerCase(),
    userAgent,
  });
  const groups = createPolicyNow({
    policy: () => policy.policy(),
    sources: () => {
      const slackGroups = adapters.find(({ platform }) => platform.name === 'slack')?.groups;
      return { 'entra-group': entraGroups, ...(slackGroups && { 'slack-group': slackGroups }) };
    },
    now,
    logger,
  });

  const adapters: Adapter[] = [];
  const app = createHttpApp(async () => {
    const notes: string[] = [];
    const records = await Promise.all([store.switch(), store.checkRecord()]).then(
      ([{ stopped }]) => {
        if (stopped) notes.push('Cordon is stopped: no restriction is sent.');
        return [];
      },
      (error: unknown) => [`The records cannot be trusted or read: ${messageOf(error)}.`],
    );
    const reasons = [
      ...records,
      ...workers.reasons(),
      ...policy.reasons(),
      ...adapters.flatMap((adapter) => adapter.health().reasons),
    ];
    // A stop is somebody's decision, no fault of the process.
    return { ok: reasons.length === 0, reasons: [...reasons, ...notes] };
  });
  const core: Core = {
    async accept(incoming) {
      const fresh = await store.accept(incoming, now());
      if (fresh) workers.wake('intake');
      return fresh;
    },
    cardAfter: (press, withinMs) =>
      cardAfter({ store, now, portalUrl: config.defender.portalUrl, sleep: delay }, press, withinMs),
    refused: (platform, reason) => {
      door.refused(platform, reason);
    },
  };
  if (config.slack) adapters.push(createSlackAdapter({ settings: config.slack, app, core, now, logger }));
  if (config.teams) {
    const addresses = store.addresses('teams');
    adapters.push(createTeamsAdapter({ settings: config.teams, app, core, addresses, now, logger }));
  }

  const platforms = new Map(adapters.map(({ platform }) => [platform.name, platform]));
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
  });
  const doorkeeper = createLoop({ name: 'door', tick: () => door.flush(), now, logger });
  watching.start();
  doorkeeper.start();
  warnOfReach(policy.policy());
  if (config.dryRun) logger.warn({}, 'dry run: nothing that changes a device is sent to Defender');
  logger.info({ port: server.port, policy: policy.policy().revision, dryRun: config.dryRun }, 'Cordon is ready');
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
