import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { buttonsOf } from '../../sandbox/slack/door.js';
import { documentedFields } from '../ops/log-fields.js';
import { Collector } from './collector.js';
import { eventually } from './eventually.js';
import { device, Scene } from './scene.js';

type Line = Readonly<Record<string, unknown>>;

function logOf({ sandbox }: Scene): Line[] {
  return sandbox.cordon().log.map((line) => JSON.parse(line) as Line);
}

/** One request from the command to its end, with a question and a refusal beside it. */
async function life(scene: Scene): Promise<void> {
  await scene.ask(`${device.computerDnsName} Zebra-Comment-7`);
  const card = await scene.card();
  await scene.press(card, 'U0MALLORY');
  await scene.sandbox.door().raw('{}', { 'x-slack-signature': 'v0=00' });
  await scene.sandbox.door().directMessage({ user: 'U0ALICE', text: 'nonsense' });
  await scene.press(card);
  await scene.inThread(card, /app execution is restricted/);
  await eventually('the card in its final state', () => {
    const [now] = scene.sandbox.slack.thread(card.channel, card.message.ts);
    return now && buttonsOf(now).length === 0;
  });
}

describe('watching Cordon', function () {
  this.timeout(60_000);
  let scene: Scene;
  let collector: Collector;

  before(async () => {
    collector = await Collector.start();
    scene = await Scene.open({
      settings: {
        CORDON_LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '200',
      },
    });
    await life(scene);
  });
  after(async () => {
    await scene.close();
    await collector.close();
  });

  it('leads from the Slack event by one id through the log to the comment in Defender, the record, and back', () => {
    const lines = logOf(scene);
    const made = lines.find(({ what }) => what === 'request.created');
    const event = String(made?.['event']);
    const request = String(made?.['request']);
    assert.match(event, /^slack:command:/);
    assert.ok(lines.some((line) => line['event'] === event && line['msg'] === 'an event was worked off'));

    const shown = `${request.slice(0, 4)}-${request.slice(4)}`;
    assert.ok(scene.posts()[0]?.comment?.includes(`[Cordon ${shown}]`));
    const called = lines.find((line) => line['operation'] === 'restrictCodeExecution');
    assert.equal(called?.['request'], request);

    const folder = mkdtempSync(join(tmpdir(), 'cordon-export-'));
    try {
      const file = join(folder, 'request.jsonl');
      const cli = fileURLToPath(new URL('../../../bin/cordon.js', import.meta.url));
      const { status, stderr } = spawnSync(
        process.execPath,
        [cli, 'audit', 'export', '--request', shown, '--out', file],
        { env: { PATH: process.env['PATH'], ...scene.sandbox.settings }, encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      const exported = readFileSync(file, 'utf8');
      assert.ok(exported.includes('request.created') && exported.includes(event));
      const vote = lines.find(({ what }) => what === 'request.approve');
      assert.match(String(vote?.['event']), /^slack:action:/);
      assert.ok(exported.includes(String(vote?.['event'])));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const states = lines.filter((line) => line['request'] === request && line['to'] !== undefined).map(({ to }) => to);
    assert.deepEqual(states, ['awaiting approval', 'approved', 'queued', 'sending', 'submitted', 'succeeded']);
  });

  it('logs no field that is not documented, and nothing that people wrote', () => {
    const known = documentedFields();
    const lines = logOf(scene);
    assert.ok(lines.length > 10);
    for (const line of lines) for (const name of Object.keys(line)) assert.ok(known.has(name), JSON.stringify(line));
    assert.doesNotMatch(JSON.stringify(lines), /Zebra-Comment-7|nonsense/);
  });

  it('gives each line that is about a request its id, and each answer to an event its key', () => {
    for (const line of logOf(scene)) {
      if (line['msg'] === 'recorded' && line['by'] === 'person') assert.match(String(line['event']), /^slack:/);
      if (String(line['what']).startsWith('request.')) assert.match(String(line['request']), /^[0-9A-Z]{8}$/);
    }
  });

  it('answers /metrics with what has happened, without authentication, and with no id in it', async () => {
    const { url } = scene.sandbox.cordon();
    const response = await fetch(`${url}/metrics`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const page = await response.text();
    for (const line of [
      'cordon_requests_created_total{action="restrict",platform="slack"} 1',
      'cordon_requests_ended_total{action="restrict",outcome="succeeded"} 1',
      'cordon_votes_total{decision="approve",platform="slack"} 1',
      'cordon_defender_calls_total{operation="restrictCodeExecution",status="201",code="none"} 1',
      'cordon_door_refused_total{platform="slack",reason="wrong signature"} 1',
      'cordon_ready 1',
    ])
      assert.ok(page.includes(`\n${line}\n`), line);
    assert.match(page, /^nodejs_eventloop_lag_p99_seconds \d/m);
    const request = String(logOf(scene).find(({ what }) => what === 'request.created')?.['request']);
    for (const secret of [request, 'U0ALICE', 'Zebra', device.id, String(device.computerDnsName)])
      assert.ok(!page.includes(secret), secret);
  });

  it('sends one request as one trace, linked with the events that moved it', async () => {
    const request = String(logOf(scene).find(({ what }) => what === 'request.created')?.['request']);
    const traceId = createHash('sha256').update(`request ${request}`).digest('hex').slice(0, 32);
    const inTrace = (name: string) => collector.spans.filter((span) => span.traceId === traceId && span.name === name);
    await eventually('the last span', () => inTrace('request.succeed').length > 0);
    await eventually('a delivery', () => inTrace('delivery').length > 0);
    await eventually('the call', () => inTrace('dispatch').length > 0);

    const [first] = inTrace('request');
    assert.equal(first?.parentSpanId ?? '', '');
    assert.equal(first?.service, 'cordon');
    for (const name of ['request.created', 'request.approve', 'request.submit', 'request.succeed'])
      assert.equal(inTrace(name)[0]?.parentSpanId, first.spanId, name);
    const post = inTrace('Defender call').find(({ attributes }) => attributes['operation'] === 'restrictCodeExecution');
    const under = inTrace('dispatch').map(({ spanId }) => spanId);
    assert.ok(under.includes(String(post?.parentSpanId)));

    const link = inTrace('request.approve')[0]?.links[0];
    const received = collector.spans.find(({ spanId, name }) => spanId === link?.spanId && name === 'event received');
    assert.match(String(received?.attributes['cordon.event']), /^slack:action:/);
    const carriedOut = collector.spans.find(
      ({ traceId: other, name }) => other === received?.traceId && name === 'command carried out',
    );
    assert.equal(carriedOut?.parentSpanId, received?.spanId);
  });

  it('puts nothing into a trace that people wrote, nobody’s name and no secret', () => {
    assert.ok(collector.raw.length > 1_000);
    assert.doesNotMatch(collector.raw, /Zebra|nonsense|xoxb|Bearer|alice|mymachine/i);
    assert.ok(!collector.raw.includes(String(device.computerDnsName)));
  });
});

describe('without being watched', function () {
  this.timeout(60_000);

  it('Cordon has no /metrics where that is switched off, and loads nothing of OpenTelemetry', async () => {
    const scene = await Scene.open({ settings: { CORDON_METRICS: 'false' } });
    try {
      const { url, log } = scene.sandbox.cordon();
      assert.equal((await fetch(`${url}/metrics`)).status, 404);
      assert.doesNotMatch(log.join('\n'), /traces/);
    } finally {
      await scene.close();
    }
  });

  it('Cordon works as ever with a collector that does not answer, and ends in time', async () => {
    const scene = await Scene.open({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
    try {
      await scene.ask();
      await scene.card();
      const begun = Date.now();
      assert.equal(await scene.sandbox.cordon().stop('SIGTERM'), 0);
      assert.ok(Date.now() - begun < 10_000);
    } finally {
      await scene.close();
    }
  });
});
