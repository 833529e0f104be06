import assert from 'node:assert/strict';
import type { TokenCredential } from '@azure/identity';
import { DefenderError } from '../../src/defender/errors.js';
import { documentedQuota } from '../../src/defender/quota.js';
import { createMetrics, type Metrics, type MetricsPage } from '../../src/ops/metrics.js';
import type { ScrapeOptions } from '../../src/ops/metrics/scrape.js';
import { watchChanges } from '../../src/ops/changes.js';
import { PlatformError } from '../../src/platform.js';
import { StoreError } from '../../src/store/errors.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { audit } from '../audit-key.js';
import { FakeDefender, FakePlatform } from '../fakes.js';
import { Harness } from '../harness.js';
import { person } from '../support.js';

const start = Date.parse('2026-11-23T09:00:00Z');

/** The samples of a page by their series, as `name{label="value"}`. */
async function samples(page: MetricsPage): Promise<ReadonlyMap<string, number>> {
  const lines = (await page.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** The harness over a store that is watched, as in the composition root. */
class Measured {
  private constructor(
    readonly metrics: Metrics,
    readonly harness: Harness,
    readonly store: Store,
  ) {}

  static async open(dryRun = false): Promise<Measured> {
    const metrics = createMetrics();
    const opened = await openStore('sqlite::memory:', { audit, now: () => start, observe: metrics.stored });
    const store = watchChanges(opened, metrics.changed);
    return new Measured(metrics, await Harness.over(store, undefined, { dryRun }), store);
  }

  page(over: Partial<ScrapeOptions> = {}): MetricsPage {
    return this.metrics.page({
      store: this.store,
      ready: () => Promise.resolve({ ok: true, reasons: [] }),
      alive: () => true,
      policy: { revision: () => 'f00d', rejected: () => false },
      dryRun: false,
      version: '1.2.3',
      quota: documentedQuota,
      now: () => this.harness.clock,
      ...over,
    });
  }
}

describe('the metrics', () => {
  it('tell the life of a request by the times that it carries', async () => {
    const measured = await Measured.open();
    const { harness } = measured;
    await harness.say('UREQ', 'restrict mymachine1 ransomware');
    await harness.advance(240_000);
    await harness.press('UAPP1', 'Approve');
    harness.defender.setStatus('Succeeded');
    await harness.advance(30_000);
    const page = await samples(measured.page());
    const restrict = 'action="restrict"';
    assert.equal(page.get(`cordon_requests_created_total{${restrict},platform="slack"}`), 1);
    assert.equal(page.get('cordon_votes_total{decision="approve",platform="slack"}'), 1);
    assert.equal(page.get(`cordon_request_first_vote_seconds_sum{${restrict}}`), 240);
    assert.equal(page.get(`cordon_request_decision_seconds_sum{${restrict},outcome="approved"}`), 240);
    assert.equal(page.has(`cordon_request_decision_seconds_sum{${restrict},outcome="queued"}`), false);
    assert.equal(page.get(`cordon_queue_wait_seconds_count{${restrict}}`), 1);
    assert.equal(page.get(`cordon_request_submission_seconds_count{${restrict}}`), 1);
    assert.equal(page.get(`cordon_request_result_seconds_sum{${restrict},outcome="succeeded"}`), 30);
    assert.equal(page.get(`cordon_requests_ended_total{${restrict},outcome="succeeded"}`), 1);
    assert.equal(page.get('cordon_requests{state="submitted"}'), 0);
  });

  it('count an end without a decision as such, and nothing that was not stored', async () => {
    const measured = await Measured.open();
    const { harness } = measured;
    await harness.say('UREQ', 'restrict mymachine1 ransomware');
    await harness.advance(7 * 86_400_000);
    assert.equal((await harness.request()).state, 'expired');
    const stale = await harness.request();
    assert.equal(await measured.store.change(stale, { audit: [], deliveries: [], vote: undefined as never }), false);
    const page = await samples(measured.page());
    assert.equal(page.get('cordon_request_decision_seconds_count{action="restrict",outcome="expired"}'), 1);
    assert.equal(page.get('cordon_requests_ended_total{action="restrict",outcome="expired"}'), 1);
    assert.equal(page.has('cordon_votes_total{decision="approve",platform="slack"}'), false);
  });

  it('show the queue, its first, and the quota that is left', async () => {
    const measured = await Measured.open();
    const { harness } = measured;
    await measured.store.setSwitch(
      (await measured.store.switch()).version,
      { by: person('UAPP1'), at: start, reason: 'drill' },
      () => ({ audit: [], deliveries: [] }),
    );
    await measured.store.reserveCall('restrictCodeExecution', start, [{ limit: 100, ms: 60_000 }]);
    await harness.say('UREQ', 'release mymachine1 clean');
    const page = await samples(measured.page());
    assert.equal(page.get('cordon_stopped'), 1);
    assert.equal(page.get('cordon_requests{state="awaiting approval"}'), 1);
    assert.equal(page.get('cordon_defender_quota_left{operation="restrictCodeExecution",window="hour"}'), 1_499);
    assert.equal(page.get('cordon_defender_quota_left{operation="getMachine",window="minute"}'), 100);
    assert.equal(page.get('cordon_replicas'), 1);
    assert.equal(page.get('cordon_audit_sound'), 1);
  });

  it('leave out what cannot be read, say so, and show the rest', async () => {
    const measured = await Measured.open();
    const broken = new StoreError('store_unavailable', 'gone');
    let away = false;
    const store = {
      stats: (now: number) => (away ? Promise.reject(broken) : measured.store.stats(now)),
      checkRecord: () => (away ? Promise.reject(broken) : measured.store.checkRecord()),
    };
    const page = measured.page({ store });
    assert.equal((await samples(page)).get('cordon_stopped'), 0);
    away = true;
    measured.harness.clock += 6_000;
    const without = await samples(page);
    for (const name of ['cordon_stopped', 'cordon_replicas', 'cordon_audit_sound', 'cordon_requests{state="queued"}'])
      assert.equal(without.has(name), false, name);
    assert.equal(without.get('cordon_scrape_errors_total{source="store"}'), 1);
    assert.equal(without.get('cordon_ready'), 1);
    assert.equal(without.get('cordon_build_info{version="1.2.3",node="' + process.version + '"}'), 1);
    away = false;
    measured.harness.clock += 6_000;
    assert.equal((await samples(page)).get('cordon_replicas'), 1);
  });

  it('show a record that somebody changed as broken, not as missing', async () => {
    const measured = await Measured.open();
    const checkRecord = () => Promise.reject(new StoreError('audit_broken', 'the MAC is wrong'));
    const page = await samples(measured.page({ store: { ...measured.store, checkRecord } }));
    assert.equal(page.get('cordon_audit_sound'), 0);
    assert.equal(page.get('cordon_scrape_errors_total{source="record"}'), 0);
  });

  it('look at the database once for many scrapes', async () => {
    const measured = await Measured.open();
    let looks = 0;
    const store = {
      ...measured.store,
      stats: (now: number) => {
        looks += 1;
        return measured.store.stats(now);
      },
    };
    const page = measured.page({ store });
    await Promise.all([1, 2, 3].map(() => page.render()));
    await page.render();
    assert.equal(looks, 1);
    measured.harness.clock += 5_001;
    await page.render();
    assert.equal(looks, 2);
  });

  it('count calls to Defender with their code, and none that somebody else made up', async () => {
    const measured = await Measured.open();
    const { metrics } = measured;
    metrics.answered({ operation: 'restrictCodeExecution', ms: 120, status: 201 });
    metrics.answered({ operation: 'restrictCodeExecution', ms: 80, status: 403, code: 'Forbidden' });
    metrics.answered({ operation: 'restrictCodeExecution', ms: 15_000, code: 'timed_out' });
    metrics.answered({ operation: 'restrictCodeExecution', ms: 1, status: 400, code: 'Surprise' as never });
    const page = await samples(measured.page());
    const of = (status: string, code: string): number | undefined =>
      page.get(`cordon_defender_calls_total{operation="restrictCodeExecution",status="${status}",code="${code}"}`);
    assert.deepEqual(
      [of('201', 'none'), of('403', 'Forbidden'), of('none', 'timed_out'), of('400', 'other')],
      [1, 1, 1, 1],
    );
    assert.equal(page.get('cordon_defender_call_seconds_count{operation="restrictCodeExecution"}'), 4);
  });

  it('count what a chat platform says, and hand its answers and errors on as they are', async () => {
    const measured = await Measured.open();
    const slack = new FakePlatform();
    const platform = measured.metrics.platform(slack);
    const target = { to: 'conversation', conversation: 'C1' } as const;
    const view = { kind: 'note', note: { tone: 'neutral', lines: [['x']] } } as const;
    const ref = await platform.send(target, view);
    assert.equal(ref.conversation, 'C1');
    const errors = [
      new PlatformError('later', 'slack_rate_limited', 'slow down', { retryAfterMs: 1_000 }),
      new PlatformError('not invited', 'slack_not_in_channel', 'no'),
    ];
    for (const error of errors) {
      slack.fail = () => error;
      await assert.rejects(platform.update(ref, view), (thrown) => thrown === error);
    }
    const page = await samples(measured.page());
    const of = (method: string, status: string): number | undefined =>
      page.get(`cordon_chat_calls_total{platform="slack",method="${method}",status="${status}"}`);
    assert.deepEqual([of('send', 'ok'), of('update', 'rate_limited'), of('update', 'not_invited')], [1, 1, 1]);
  });

  it('count what the door let in, what came twice, what could not be stored and what was turned away', async () => {
    const measured = await Measured.open();
    const answers: (boolean | Error)[] = [true, false, new Error('full')];
    const core = measured.metrics.core({
      accept: () => {
        const next = answers.shift();
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next === true);
      },
      cardAfter: () => Promise.resolve(undefined),
      refused: () => undefined,
    });
    const { account } = person('UREQ');
    const incoming = {
      key: 'k',
      account,
      origin: measured.harness.origin(),
      said: { kind: 'text', text: 'x' },
    } as const;
    assert.equal(await core.accept(incoming), true);
    assert.equal(await core.accept(incoming), false);
    await assert.rejects(core.accept(incoming), /full/);
    core.refused('slack', 'wrong signature');
    const page = await samples(measured.page());
    for (const result of ['new', 'redelivered', 'failed'])
      assert.equal(page.get(`cordon_events_received_total{platform="slack",result="${result}"}`), 1, result);
    assert.equal(page.get('cordon_door_refused_total{platform="slack",reason="wrong signature"}'), 1);
  });

  it('count tokens that are given and refused, and how many actions one look asks for', async () => {
    const measured = await Measured.open();
    const answers = [{ token: 't', expiresOnTimestamp: 1 }, null];
    const plain: TokenCredential = {
      getToken: () => (answers.length > 0 ? Promise.resolve(answers.shift() ?? null) : Promise.reject(new Error('no'))),
    };
    const credential = measured.metrics.credential('defender', plain);
    await credential.getToken('scope');
    await credential.getToken('scope');
    await assert.rejects(credential.getToken('scope'));
    const wanted = ['a', 'b', 'c'].map((id) => ({ id, since: 0 }));
    await measured.metrics.defender(new FakeDefender()).look().glance(wanted);
    const page = await samples(measured.page());
    assert.equal(page.get('cordon_token_requests_total{audience="defender",result="given"}'), 1);
    assert.equal(page.get('cordon_token_requests_total{audience="defender",result="failed"}'), 2);
    assert.equal(page.get('cordon_defender_poll_batch_size_sum'), 3);
  });

  it('time reads and writes of the store, and name what it throws', async () => {
    const measured = await Measured.open();
    const { store } = measured;
    await store.nextIncomingDue();
    const { harness } = measured;
    await harness.say('UREQ', 'restrict mymachine1 ransomware');
    await assert.rejects(store.create(await harness.request(), { audit: [], deliveries: [] }));
    const page = await samples(measured.page());
    assert.ok((page.get('cordon_store_seconds_count{work="read"}') ?? 0) > 0);
    assert.equal(page.get('cordon_store_errors_total{work="write",code="request_exists"}'), 1);
  });

  it('of two Cordons in one process do not count each other’s', async () => {
    const [one, other] = [await Measured.open(), await Measured.open()];
    one.metrics.answered({ operation: 'getMachine', ms: 1, status: 200 });
    const series = 'cordon_defender_calls_total{operation="getMachine",status="200",code="none"}';
    assert.equal((await samples(one.page())).get(series), 1);
    assert.equal((await samples(other.page())).has(series), false);
  });
});

it('a Defender that is measured still throws what it throws', async () => {
  const defender = new FakeDefender();
  defender.listFails = new DefenderError('timed_out', 'late', { taken: 'no', userText: 'late' });
  const look = createMetrics().defender(defender).look();
  await assert.rejects(look.find([{ id: 'a', since: 0 }]), /late/);
});
