import { redact } from '../../defender/redact.js';
import { CordonError, messageOf } from '../../errors.js';
import { systemCode } from '../../network.js';
import { within } from '../../time.js';
import type { CheckId } from './ids.js';

/** In the order in which they are shown. */
export const areas = [
  'settings',
  'policy',
  'slack',
  'teams',
  'entra',
  'defender',
  'clock',
  'store',
  'endpoint',
  'samples',
] as const;
export type Area = (typeof areas)[number];

/** `warning`: Cordon works, but not all of it or not for long. `skipped`: it could not be looked at, or there is nothing to look at. */
export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** What came of one check. */
export interface Outcome {
  readonly status: Status;
  /** Which person, channel or setting, where a check looks at several: one outcome for each that is not well. */
  readonly about?: string;
  /** A full sentence. */
  readonly seen: string;
  /** What to do; names the setting, role, scope, channel, person or command. Missing where nothing is to be done. */
  readonly next?: string;
}

export interface Finding extends Outcome {
  readonly id: CheckId;
  readonly area: Area;
  readonly title: string;
}

export interface Check {
  readonly id: CheckId;
  readonly area: Area;
  /** What is looked at, as words without a verb. */
  readonly title: string;
  /** Ms; 20 seconds when missing. */
  readonly timeoutMs?: number;
  /** Throws `Skip` where it cannot look, and anything else where it breaks. The signal ends it. */
  readonly run: (signal: AbortSignal) => Promise<Outcome | readonly Outcome[]>;
}

/** Code `doctor_skipped`: something that the check needs is not there; the text says what. */
export class Skip extends CordonError {
  constructor(
    why: string,
    readonly next?: string,
  ) {
    super('doctor_skipped', why, { userText: why });
  }
}

export const ok = (seen: string): Outcome => ({ status: 'ok', seen });
export const skipped = (seen: string, next?: string): Outcome => ({
  status: 'skipped',
  seen,
  ...(next === undefined ? {} : { next }),
});
const bad =
  (status: 'warning' | 'failed') =>
  (seen: string, next: string, about?: string): Outcome => ({
    status,
    ...(about === undefined ? {} : { about }),
    seen,
    next,
  });
export const warning = bad('warning');
export const failed = bad('failed');

const usualTimeoutMs = 20_000;

/** All side by side. A check that breaks or takes too long is a failed finding of its own, and stops no other. */
export async function runChecks(checks: readonly Check[]): Promise<Finding[]> {
  return (await Promise.all(checks.map(runCheck))).flat();
}

async function runCheck({ id, area, title, timeoutMs = usualTimeoutMs, run }: Check): Promise<Finding[]> {
  const ending = new AbortController();
  const outcomes = await within(
    timeoutMs,
    startedNow(() => run(ending.signal)),
  ).catch((thrown: unknown) => broken(thrown));
  ending.abort();
  return [outcomes].flat().map((outcome) => ({ id, area, title, ...outcome }));
}

/** What throws before its first await is a rejection too. */
async function startedNow<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

function broken(thrown: unknown): Outcome {
  if (thrown instanceof Skip) return skipped(thrown.message, thrown.next);
  return failed(
    `This could not be looked at: ${inWords(thrown)}`,
    'Run cordon doctor again. If it stays like this, report it with the output of cordon doctor --json.',
  );
}

/** An error for the operator: why there was no connection, its text for people, else what it says itself, ids and addresses masked. Ends with a full stop. */
export function inWords(thrown: unknown): string {
  const code = systemCode(thrown);
  const unreachable = code === undefined ? undefined : connection(code);
  const said =
    (thrown instanceof CordonError ? thrown.userText : undefined) ?? unreachable ?? redact(messageOf(thrown), 300);
  const text = said.replace(/ Nothing was changed\.$/, '');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The same for what has no text of its own but that for people in the chat. */
export function noConnection(thrown: unknown): string {
  const code = systemCode(thrown);
  return (code === undefined ? undefined : connection(code)) ?? redact(messageOf(thrown), 300);
}

function connection(code: string): string | undefined {
  if (/^(?:ERR_TLS_)?CERT_|SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET)/.test(code))
    return `its certificate is not trusted (${code})`;
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `its name cannot be resolved (${code})`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `there is no way to it (${code})`;
    default:
      return undefined;
  }
}

/** Does the work once, however many ask for it. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/** `1 rule`, `2 rules`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
