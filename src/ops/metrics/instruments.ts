import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** For calls over the network. */
const callSeconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
/** For the database. */
const storeSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** For what people and devices do: seconds to three days. */
const lifeSeconds = [5, 15, 60, 300, 900, 1_800, 3_600, 14_400, 86_400, 259_200];
/** For a place in the queue: a moment to two hours. */
const queueSeconds = [0.1, 1, 5, 30, 60, 300, 900, 1_800, 3_600, 7_200];
const batchSizes = [1, 10, 50, 100, 250, 500, 1_000];

/** Every metric of Cordon, and those of Node; docs/monitoring.md describes each, and a test keeps the two in step. */
export type Instruments = ReturnType<typeof createInstruments>;

/** On a registry of its own, so that two Cordons in one process do not count each other's. */
export function createInstruments() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const bare = new Set<Gauge>();

  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> => {
    const made = new Gauge<L>({ name: `cordon_${name}`, help, labelNames: [...labelNames], registers });
    if (labelNames.length === 0) bare.add(made);
    return made;
  };
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `cordon_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ): Histogram<L> => new Histogram({ name: `cordon_${name}`, help, labelNames: [...labelNames], buckets, registers });

  return {
    registry,
    /** The gauges without labels, which have a value from the start. */
    bare,
    process: {
      build: gauge('build_info', 'Always 1; what runs', ['version', 'node']),
      ready: gauge('ready', '1 where /readyz answers 200, else 0'),
      alive: gauge('replica_alive', '1 while this process holds its lease, else 0: then nothing leaves it'),
      dryRun: gauge('dry_run', '1 where nothing that changes a device is sent to Defender, else 0'),
      policy: gauge('policy_info', 'Always 1; the revision of the policy in force', ['revision']),
      policyRejected: gauge('policy_rejected', '1 while the policy file as it is now is not taken, else 0'),
      policyReloads: counter('policy_reloads_total', 'Changes of the policy file, taken or not', ['result']),
      ticks: histogram('loop_tick_seconds', 'How long a turn of a background loop took', ['loop'], storeSeconds),
      loopFailures: counter('loop_failures_total', 'Turns of a background loop that failed; each is tried again', [
        'loop',
      ]),
      scrapeErrors: counter('scrape_errors_total', 'What could not be read for a scrape; its series are missing then', [
        'source',
      ]),
    },
    requests: {
      open: gauge('requests', 'Open requests, by state', ['state']),
      held: gauge('requests_held', 'Queued requests that a stop or a dry run holds'),
      created: counter('requests_created_total', 'Requests made', ['action', 'platform']),
      ended: counter('requests_ended_total', 'Requests that ended, by their final state', ['action', 'outcome']),
      votes: counter('votes_total', 'Votes stored', ['decision', 'platform']),
      firstVote: histogram('request_first_vote_seconds', 'From the asking to the first vote', ['action'], lifeSeconds),
      decision: histogram(
        'request_decision_seconds',
        'From the asking to the decision, or to the end without one',
        ['action', 'outcome'],
        lifeSeconds,
      ),
      submission: histogram(
        'request_submission_seconds',
        'From the approval to the moment at which Defender has it',
        ['action'],
        queueSeconds,
      ),
      result: histogram(
        'request_result_seconds',
        'From the submission to what Defender reports in the end',
        ['action', 'outcome'],
        lifeSeconds,
      ),
      queueDepth: gauge('queue_depth', 'Requests that wait for their call', ['action']),
      queueOldest: gauge('queue_oldest_seconds', 'For how long the first in the line has waited', ['action']),
      queueWait: histogram('queue_wait_seconds', 'From the approval to the first call', ['action'], queueSeconds),
    },
    defender: {
      calls: counter('defender_calls_total', 'Calls to Defender that were answered or failed', [
        'operation',
        'status',
        'code',
      ]),
      seconds: histogram('defender_call_seconds', 'How long a call to Defender took', ['operation'], callSeconds),
      batch: histogram('defender_poll_batch_size', 'How many actions one look at Defender asked for', [], batchSizes),
      quotaLeft: gauge('defender_quota_left', 'Calls that the quota has left in the window', ['operation', 'window']),
      quotaLimit: gauge('defender_quota_limit', 'Calls that the quota allows in the window', ['window']),
      blocked: gauge('defender_blocked_seconds', 'For how long no call is made, after a 429', ['operation']),
      tokens: counter('token_requests_total', 'Tokens asked of Entra', ['audience', 'result']),
    },
    graph: {
      http: counter(
        'graph_http_requests_total',
        'HTTP requests to Microsoft Graph, which says who is in an Entra group',
        ['status'],
      ),
    },
    chat: {
      events: counter('events_received_total', 'What platforms sent and the door let in', ['platform', 'result']),
      accepted: histogram(
        'event_store_seconds',
        'From an event that was let in to its place in the store',
        ['platform'],
        storeSeconds,
      ),
      refused: counter('door_refused_total', 'What the door turned away', ['platform', 'reason']),
      calls: counter('chat_calls_total', 'What was asked of a chat platform', ['platform', 'method', 'status']),
      seconds: histogram(
        'chat_call_seconds',
        'How long a chat platform took for it',
        ['platform', 'method'],
        callSeconds,
      ),
      http: counter('chat_http_requests_total', 'HTTP requests to a chat platform, by method of its API', [
        'platform',
        'method',
        'status',
      ]),
      pending: gauge('deliveries_pending', 'Messages owed', ['platform']),
      oldest: gauge('deliveries_oldest_seconds', 'For how long the oldest message has been owed', ['platform']),
    },
    store: {
      seconds: histogram('store_seconds', 'How long the database took', ['work'], storeSeconds),
      errors: counter('store_errors_total', 'What the store threw', ['work', 'code']),
      inbox: gauge('inbox_pending', 'Stored events that wait for an answer'),
      inboxOldest: gauge('inbox_oldest_seconds', 'For how long the oldest of them has waited'),
      events: counter('audit_events_total', 'Events in the record, of all processes'),
      sound: gauge('audit_sound', '1 where the end of the record is what Cordon wrote, 0 where it is not'),
      unsigned: gauge('audit_unsigned_events', 'Events in the record that no checkpoint covers yet'),
      signed: gauge('audit_checkpoint_age_seconds', 'How long ago the end of the record was signed'),
      replicas: gauge('replicas', 'Processes that share the database and are alive'),
      stopped: gauge('stopped', '1 while the kill switch holds back restrictions, else 0'),
    },
  };
}
