import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { boot, type BootOptions, type Sandbox } from '../../../sandbox/boot.js';
import { sandboxPolicy } from '../../../sandbox/cast.js';
import type { Finding } from '../../../src/ops/doctor/check.js';
import type { Report } from '../../../src/ops/doctor/report.js';
import { assertReport } from '../../ops/doctor/report-schema.js';
import type { Order } from './worker.js';

export interface Visit {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: Report;
  /** Findings that are neither ok nor skipped, one a line: `slack.scopes failed: seen → next`. */
  readonly complaints: string;
  of(id: string): Finding[];
}

export interface Illness {
  /** Replaces or adds settings; an empty value takes one away. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly ahead?: number;
}

/** All that the stand-ins' Slack token may do; tests take from it and give back. */
export const botScopes = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'groups:read',
  'im:history',
  'im:write',
  'usergroups:read',
  'users:read',
];

/** A sandbox, and a doctor that looks at it from a process of its own. */
export class Practice {
  readonly #heard: string[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly tokens: Record<string, readonly string[]>,
    readonly worker: ChildProcess,
  ) {}

  static async open(options: BootOptions = {}): Promise<Practice> {
    const tokens = { 'xoxb-sandbox': botScopes, 'xapp-sandbox': ['connections:write'] };
    const slack = { rateLimits: false, tokens, ...options.slack };
    const sandbox = await boot({ policy: sandboxPolicy, teams: { rateLimits: false }, ...options, slack });
    const worker = fork(fileURLToPath(new URL('worker.js', import.meta.url)), {
      env: { PATH: process.env['PATH'] ?? '', NODE_EXTRA_CA_CERTS: sandbox.settings['NODE_EXTRA_CA_CERTS'] ?? '' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return new Practice(sandbox, tokens, worker);
  }

  /** What came out so far, of all visits. */
  get heard(): readonly string[] {
    return this.#heard;
  }

  async run(
    args: readonly string[],
    { settings = {}, ahead = 0 }: Illness = {},
  ): Promise<Omit<Visit, 'report' | 'complaints' | 'of'>> {
    const env = Object.fromEntries(
      Object.entries({ ...this.sandbox.settings, ...settings }).filter(([, value]) => value !== ''),
    );
    const answer = once(this.worker, 'message') as Promise<[{ code: number; stdout: string; stderr: string }]>;
    const order: Order = { args: ['doctor', ...args], env, ahead };
    this.worker.send(order);
    const [done] = await answer;
    this.#heard.push(done.stdout, done.stderr);
    return done;
  }

  async visit(illness: Illness = {}): Promise<Visit> {
    const done = await this.run(['--json', ...(illness.args ?? [])], illness);
    const report = JSON.parse(done.stdout) as Report;
    assertReport(report);
    const bad = report.findings.filter(({ status }) => status === 'failed' || status === 'warning');
    return {
      ...done,
      report,
      complaints: bad.map(({ id, status, seen, next }) => `${id} ${status}: ${seen} → ${next ?? ''}`).join('\n'),
      of: (id) => report.findings.filter((finding) => finding.id === id),
    };
  }

  async close(): Promise<void> {
    this.worker.kill();
    await this.sandbox.close();
  }
}
