/**
 * Traces over OpenTelemetry's SDK, and the only file that imports it. Guarantees: a span holds ids, states, codes and numbers, no comment,
 * no name of a person or device, no token; work is never held up or failed by a collector.
 *
 * One Request is one trace, whichever process works on it and however often it restarts: the ids of its trace and of the trace's first
 * span are computed from the Request's id. What a platform sent has a trace of its own, computed from the key of the Incoming, because
 * nobody knows yet which Request it is about; the two are linked. Ids are not stored, and none is sent to Slack, Teams or Defender.
 */
import { createHash } from 'node:crypto';
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, defaultResource, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  type IdGenerator,
  NodeTracerProvider,
  RandomIdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import type { BaseLogger } from 'pino';
import { CordonError, messageOf } from '../errors.js';
import { about, carried, type Subject, type Tracer } from '../trace.js';
import type { Env, Tracing } from './tracing.js';

export interface OtelOptions {
  /** The process's own: the exporter, the sampler and the resource read it there themselves. */
  readonly env: Env;
  readonly version: string;
  readonly logger: Pick<BaseLogger, 'warn'>;
}

type Ids = Pick<SpanContext, 'traceId' | 'spanId'>;

/** How long the last spans may take at the end. */
const flushMs = 3_000;

export function startOtel({ env, version, logger }: OtelOptions): Tracing {
  const ids = new GivenIds();
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'cordon', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor(new TellingExporter(new OTLPTraceExporter(), logger))],
  });
  warnOfProtocol(env, logger);
  const otel = provider.getTracer('cordon', version);
  const places = new Places(otel, ids);

  const tracer: Tracer = {
    run(work, task) {
      // A look at an open action is done every few seconds for each; what it finds out is a change, and that is a span.
      if (work.name === 'look') return about(work, task);
      const span = otel.startSpan(
        work.name,
        { attributes: { ...work.attributes, ...attributesOf(work) }, links: places.links(work) },
        places.context(work),
      );
      return ended(span, () => about(work, task, span));
    },
  };

  return {
    tracer,
    received(incoming, store) {
      const event = { event: incoming.key };
      const span = ids.next(eventIds(incoming.key), () =>
        otel.startSpan('event received', {
          root: true,
          kind: SpanKind.SERVER,
          attributes: { platform: incoming.origin.platform, kind: incoming.said.kind, ...attributesOf(event) },
        }),
      );
      return ended(span, () => about(event, store, span));
    },
    changed({ request, born, effects, ms }) {
      if (request === undefined) return;
      const at = Date.now();
      const { settles } = effects;
      const subject = { request: request.id, ...(settles === undefined ? {} : { event: settles }) };
      const attributes = { ...attributesOf(subject), action: request.action };
      const links = settles === undefined ? [] : [{ context: places.known(eventIds(settles)) }];
      if (born) {
        const options = { root: true, startTime: at - ms, attributes, links };
        ids.next(requestIds(request.id), () => otel.startSpan('request', options)).end(at);
      }
      for (const { what, from, to } of effects.audit) {
        const moved = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        const options = { startTime: at - ms, attributes: { ...attributes, ...moved }, links };
        otel.startSpan(what, options, places.context({ request: request.id })).end(at);
      }
    },
    answered({ operation, ms, status, code }) {
      const at = Date.now();
      const attributes = {
        operation,
        ...(status === undefined ? {} : { 'http.response.status_code': status }),
        ...(code === undefined ? {} : { 'error.type': code }),
      };
      const options = { kind: SpanKind.CLIENT, startTime: at - ms, attributes };
      const span = otel.startSpan('Defender call', options, places.here());
      if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(at);
    },
    async close() {
      const timeout = new Promise<void>((resolve) => {
        setTimeout(resolve, flushMs).unref();
      });
      const down = provider.shutdown().catch((error: unknown) => {
        logger.warn({}, `the last spans could not be sent: ${messageOf(error)}`);
      });
      await Promise.race([down, timeout]);
    },
  };
}

/** Says in the log when spans begin to be lost, and no more until some arrive again. */
class TellingExporter implements SpanExporter {
  #lost = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Pick<BaseLogger, 'warn'>,
  ) {}

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.exporter.export(spans, (result) => {
      const code: number = result.code;
      // 0 is success.
      const lost = code !== 0;
      if (lost && !this.#lost) {
        this.logger.warn({}, `traces do not arrive: ${result.error?.message ?? 'no reason was given'}`);
      }
      this.#lost = lost;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }
}

/** Where a span belongs. */
class Places {
  constructor(
    private readonly otel: OtelTracer,
    private readonly ids: GivenIds,
  ) {}

  /** Under the first span of the Request, else of the event; at the top of its own trace where it is about neither. */
  context({ event, request }: Subject): Context {
    const known = request === undefined ? (event === undefined ? undefined : eventIds(event)) : requestIds(request);
    return known === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, this.known(known));
  }

  /** Under the work that goes on at this moment. */
  here(): Context {
    const span = carried();
    return isSpan(span) ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
  }

  /** What is about a Request and an event has the event as its link. */
  links({ event, request }: Subject): Link[] {
    return event === undefined || request === undefined ? [] : [{ context: this.known(eventIds(event)) }];
  }

  /** Samplers decide by the id of the trace, so that every process comes to the same answer for it as whoever began it. */
  known(given: Ids): SpanContext {
    const probe = this.ids.next(given, () => this.otel.startSpan('probe', { root: true }));
    return { ...given, isRemote: true, traceFlags: probe.spanContext().traceFlags & TraceFlags.SAMPLED };
  }
}

/** Random ids, but for a span that is given its own. */
class GivenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: Ids | undefined;

  readonly generateTraceId = (): string => this.#given?.traceId ?? this.#random.generateTraceId();
  readonly generateSpanId = (): string => this.#given?.spanId ?? this.#random.generateSpanId();

  next(given: Ids, start: () => Span): Span {
    this.#given = given;
    try {
      return start();
    } finally {
      this.#given = undefined;
    }
  }
}

function eventIds(key: string): Ids {
  return idsFrom(`event ${key}`);
}

function requestIds(id: string): Ids {
  return idsFrom(`request ${id}`);
}

function idsFrom(text: string): Ids {
  const digest = createHash('sha256').update(text).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

function attributesOf({ event, request }: Subject): Record<string, string> {
  return {
    ...(event === undefined ? {} : { 'cordon.event': event }),
    ...(request === undefined ? {} : { 'cordon.request': request }),
  };
}

async function ended<T>(span: Span, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    // Its code alone: a message may quote what somebody wrote.
    span.setAttribute('error.type', error instanceof CordonError ? error.code : 'error');
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'spanContext' in value;
}

function warnOfProtocol(env: Env, logger: Pick<BaseLogger, 'warn'>): void {
  const asked = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? '';
  if (asked !== '' && asked !== 'http/json') {
    logger.warn({}, `Cordon sends traces as http/json, not as ${asked}: the collector has to take OTLP over HTTP`);
  }
}
