import type { BaseLogger } from 'pino';
import type { Incoming } from '../command/model.js';
import type { Answered } from '../defender/transport.js';
import { messageOf } from '../errors.js';
import { type Tracer, untraced } from '../trace.js';
import type { Committed } from './changes.js';
import type { startOtel } from './otel.js';

/** Spans for whoever collects them, beside the log and the record. */
export interface Tracing {
  readonly tracer: Tracer;
  /** An event that the door let in, and what it takes to store it. */
  received<T>(incoming: Incoming, store: () => Promise<T>): Promise<T>;
  readonly changed: (committed: Committed) => void;
  readonly answered: (answered: Answered) => void;
  /** Sends what is left. Never rejects. */
  close(): Promise<void>;
}

export type Env = Readonly<Record<string, string | undefined>>;

export interface TracingOptions {
  readonly version: string;
  readonly logger: Pick<BaseLogger, 'info' | 'warn'>;
  /** Loads the OpenTelemetry packages and what uses them. */
  readonly load?: () => Promise<{ readonly startOtel: typeof startOtel }>;
}

const off: Tracing = {
  tracer: untraced,
  received: (incoming, store) => untraced.run({ name: 'event received', event: incoming.key }, store),
  changed: () => undefined,
  answered: () => undefined,
  close: () => Promise.resolve(),
};

/**
 * Traces where the standard settings of OpenTelemetry ask for them. Without them nothing is loaded. The packages are optional: where they
 * are missing, the log says what to install, and Cordon runs without traces.
 */
export async function loadTracing(
  env: Env,
  { version, logger, load = () => import('./otel.js') }: TracingOptions,
): Promise<Tracing> {
  if (!wanted(env)) return off;
  try {
    const otel = await load();
    const tracing = otel.startOtel({ env, version, logger });
    logger.info({}, 'traces are sent by OTLP over HTTP');
    return tracing;
  } catch (error) {
    logger.warn(
      {},
      `there are no traces: ${messageOf(error)}. Install the optional packages (npm ci without --omit=optional), or unset OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
    );
    return off;
  }
}

function wanted(env: Env): boolean {
  const isSet = (name: string): boolean => (env[name] ?? '').trim() !== '';
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  if (env['OTEL_TRACES_EXPORTER']?.trim() === 'none') return false;
  return isSet('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') || isSet('OTEL_EXPORTER_OTLP_ENDPOINT');
}
