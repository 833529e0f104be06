import assert from 'node:assert/strict';
import pino from 'pino';
import type { AuditEvent } from '../../src/audit/event.js';
import { createPolicyWatch, type PolicyProblem, type PolicyWatch } from '../../src/policy/watch.js';
import { small } from './small.js';

const changed = small.replace('[slack:T0HOME:U3]', '[slack:T0HOME:U4]');
const broken = `${small}    approvls: 2\n`;

/** A file that a test writes, and what the watch makes of it. */
class Desk {
  content: string | Error = small;
  clock = 5_000;
  recordFails = false;
  readonly events: AuditEvent[] = [];
  readonly told: { problem: PolicyProblem; revision: string }[] = [];
  readonly inForce: string[] = [];
  readonly errors: string[] = [];
  readonly watch: PolicyWatch = createPolicyWatch({
    path: 'policy.yaml',
    readFile: () => (this.content instanceof Error ? Promise.reject(this.content) : Promise.resolve(this.content)),
    now: () => this.clock,
    record: (events) => {
      if (this.recordFails) return Promise.reject(new Error('disk full'));
      this.events.push(...events);
      return Promise.resolve();
    },
    lastEvent: (what) => Promise.resolve(this.events.findLast((event) => what.includes(event.what))),
    tell: (problem, { revision }) => {
      this.told.push({ problem, revision });
      return Promise.resolve();
    },
    changed: ({ revision }) => this.inForce.push(revision),
    logger: pino({ level: 'error' }, { write: (line: string) => this.errors.push(line) }),
  });

  leads(): readonly string[] | undefined {
    return this.watch.policy().groups.get('soc-leads');
  }

  names(): string[] {
    return this.events.map(({ what }) => what);
  }
}

const before = ['slack:T0HOME:U3'];
const after = ['slack:T0HOME:U4'];

describe('the policy file while Cordon runs', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = new Desk();
    await desk.watch.load();
    await desk.watch.noteLoaded();
  });

  it('is recorded at start where it is another one than last time', async () => {
    assert.deepEqual(desk.names(), ['policy.loaded']);
    await desk.watch.noteLoaded();
    assert.deepEqual(desk.names(), ['policy.loaded']);
    desk.content = changed;
    await desk.watch.load();
    await desk.watch.noteLoaded();
    const [first, second] = desk.events;
    assert.deepEqual(second?.detail, { from: first?.detail?.['to'], to: desk.watch.policy().revision, by: 'file' });
  });

  it('is taken when two looks have seen the same, recorded with both revisions', async () => {
    const { revision } = desk.watch.policy();
    desk.content = changed;
    await desk.watch.look();
    assert.deepEqual(desk.leads(), before);
    await desk.watch.look();
    assert.deepEqual(desk.leads(), after);
    assert.deepEqual(desk.events.at(-1), {
      at: 5_000,
      what: 'policy.changed',
      actor: { kind: 'cordon' },
      detail: { from: revision, to: desk.watch.policy().revision, by: 'file' },
    });
    assert.deepEqual(desk.inForce, [desk.watch.policy().revision]);
    await desk.watch.look();
    assert.deepEqual(desk.names(), ['policy.loaded', 'policy.changed']);
  });

  it('is not taken while it is being written, nor half of it ever', async () => {
    for (const length of [10, 60, 120, changed.length]) {
      desk.content = changed.slice(0, length);
      await desk.watch.look();
      assert.deepEqual(desk.leads(), before);
    }
    await desk.watch.look();
    assert.deepEqual(desk.leads(), after);
    assert.deepEqual(desk.names(), ['policy.loaded', 'policy.changed']);
  });

  it('is taken at once when somebody says that it is complete', async () => {
    desk.content = changed;
    await desk.watch.reload();
    assert.deepEqual(desk.leads(), after);
    await desk.watch.reload();
    assert.deepEqual(desk.names(), ['policy.loaded', 'policy.changed']);
  });

  for (const [what, content, code, mistake] of [
    ['with a mistake', broken, 'policy_invalid', /policy\.yaml:10:5 rules\[0\]\.approvls: unknown field/],
    ['that is not there', new Error('ENOENT'), 'policy_unreadable', /cannot be read \(ENOENT\)/],
    ['that is empty', '', 'policy_invalid', /./],
  ] as const) {
    it(`${what} changes nothing: it is logged, recorded, told to the owners and shown by /readyz, once`, async () => {
      const { revision } = desk.watch.policy();
      desk.content = content;
      for (let looks = 0; looks < 5; looks += 1) await desk.watch.look();
      assert.deepEqual(desk.leads(), before);
      assert.deepEqual(desk.names(), ['policy.loaded', 'policy.rejected']);
      const detail = desk.events.at(-1)?.detail;
      assert.deepEqual([detail?.['code'], detail?.['inForce']], [code, revision]);
      assert.equal(desk.told.length, 1);
      assert.equal(desk.told[0]?.revision, revision);
      assert.match(desk.told[0].problem.mistakes.join(), mistake);
      assert.match(desk.watch.reasons().join(), mistake);
      assert.equal(desk.errors.length, 1);
    });
  }

  it('is all well again when the file is put right or back', async () => {
    for (const content of [changed, small]) {
      desk.content = broken;
      await desk.watch.reload();
      assert.equal(desk.watch.reasons().length, 1);
      desk.content = content;
      await desk.watch.reload();
      assert.deepEqual(desk.watch.reasons(), []);
    }
    const rejected = desk.names().filter((name) => name === 'policy.rejected');
    assert.equal(rejected.length, 2);
    assert.deepEqual(desk.leads(), before);
  });

  it('is not in force before it is recorded, and is tried again', async () => {
    desk.content = changed;
    desk.recordFails = true;
    await assert.rejects(desk.watch.reload(), /disk full/);
    assert.deepEqual(desk.leads(), before);
    await desk.watch.look();
    await assert.rejects(desk.watch.look(), /disk full/);
    assert.deepEqual(desk.leads(), before);
    desk.recordFails = false;
    await desk.watch.look();
    await desk.watch.look();
    assert.deepEqual(desk.leads(), after);
  });

  it('names the first three of many mistakes, and how many more there are', async () => {
    desk.content = `${small}    a: 1\n    b: 1\n    c: 1\n    d: 1\n    e: 1\n`;
    await desk.watch.reload();
    const [{ problem } = assert.fail('nobody was told')] = desk.told;
    assert.deepEqual([problem.mistakes.length, problem.more], [3, 2]);
    assert.match(desk.watch.reasons()[0] ?? '', /; and 2 more$/);
  });

  it('may change its comments without a word', async () => {
    desk.content = `# for the auditors\n${small}`;
    await desk.watch.reload();
    assert.deepEqual(desk.names(), ['policy.loaded']);
    assert.deepEqual(desk.inForce, []);
  });
});
