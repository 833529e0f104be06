import { version } from '../../version.js';
import type { Finding, Status } from './check.js';

/** What `--json` prints. Fields and the ids of findings stay; new ones may come. `format` counts changes that break readers. */
export interface Report {
  readonly format: 1;
  /** Cordon's version. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The worst of the findings; what was skipped does not count. */
  readonly outcome: 'ok' | 'warning' | 'failed';
  readonly counts: Readonly<Record<Status, number>>;
  readonly findings: readonly Finding[];
}

/** `at`: Unix ms. */
export function reportOf(findings: readonly Finding[], at: number): Report {
  const count = (status: Status): number => findings.filter((finding) => finding.status === status).length;
  const counts = { ok: count('ok'), warning: count('warning'), failed: count('failed'), skipped: count('skipped') };
  return {
    format: 1,
    version,
    at: new Date(at).toISOString(),
    outcome: counts.failed > 0 ? 'failed' : counts.warning > 0 ? 'warning' : 'ok',
    counts,
    findings,
  };
}
