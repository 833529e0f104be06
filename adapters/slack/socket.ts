import { SocketModeReceiver } from '@slack/bolt';
import type { AppsConnectionsOpenResponse, WebClientOptions } from '@slack/web-api';
import { messageOf } from '../../src/errors.js';
import { MalformedPayload } from './intake.js';
import { type Log, slackLogger } from './log.js';

export interface SocketOptions {
  readonly appToken: string;
  /** Without `retryConfig`: with few retries one failed reconnect would end the connection for good. */
  readonly clientOptions: WebClientOptions;
  readonly now: () => number;
  readonly log: Log;
  /** Ms before the first reconnect; each further one waits longer. Five seconds when missing. */
  readonly firstPauseMs?: number;
}

/** A reconnect that Slack asks for takes a few seconds: no reason for an alarm. */
const graceMs = 30_000;

/** Slack over a web socket: no public URL, no signatures, the same events. */
export class Socket {
  readonly receiver: SocketModeReceiver;
  readonly #options: SocketOptions;
  #connected = false;
  #since: number;
  #trouble: string | undefined;
  #stopping = false;

  constructor(options: SocketOptions) {
    const { appToken, clientOptions, log } = options;
    this.#options = options;
    this.#since = options.now();
    this.receiver = new SocketModeReceiver({
      appToken,
      logger: slackLogger(log),
      installerOptions: { clientOptions },
      processEventErrorHandler: ({ error }) => {
        log.warn({ err: error }, `an event of Slack was not taken: ${messageOf(error)}`);
        // Unacknowledged, Slack sends it again; what is malformed would be so the next time, too.
        return Promise.resolve(error instanceof MalformedPayload);
      },
    });
    if (options.firstPauseMs !== undefined) {
      Object.assign(this.receiver.client, { clientPingTimeoutMS: options.firstPauseMs });
    }
    this.#surviveReconnects();
    this.receiver.client.on('connected', () => {
      this.#note(true);
    });
    this.receiver.client.on('close', () => {
      this.#note(false);
    });
  }

  /** Connects in the background: the work on what is stored must not wait for Slack. Never rejects: see `#surviveReconnects`. */
  start(): void {
    void this.receiver.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.receiver.stop();
  }

  /** Why Slack's events do not come in at the moment; undefined when all is well or a reconnect is under way. */
  problem(): string | undefined {
    if (this.#trouble !== undefined) return `Slack's socket cannot be opened: ${this.#trouble}`;
    if (this.#connected || this.#options.now() - this.#since < graceMs) return undefined;
    return `Slack's socket has not been connected since ${new Date(this.#since).toISOString()}`;
  }

  /**
   * Slack's client connects anew by itself, and nobody catches what that throws where Slack refuses for good (a revoked token) or cannot
   * be reached for long: the process would end by an unhandled rejection. So its `start` never rejects here; it notes the trouble and
   * tries again after the client's own growing pause, which `disconnect` ends. Source: @slack/socket-mode 3, `delayReconnectAttempt`.
   */
  #surviveReconnects(): void {
    const { client: opener } = this.receiver;
    const start = opener.start.bind(opener);
    const later: unknown = Reflect.get(opener, 'delayReconnectAttempt');
    if (!isPause(later)) throw new Error('the client of Socket Mode has no delayReconnectAttempt any more');
    // Its promise hangs when the attempt fails, and the failure goes to nobody.
    const pause: Pause = async (attempt) => {
      const outcome: unknown = await later.call(opener, () => settled(attempt.call(opener)));
      if (!(outcome instanceof Failed)) return outcome;
      throw outcome.error;
    };
    const startAgain = async (): Promise<AppsConnectionsOpenResponse> => {
      try {
        return await start();
      } catch (error) {
        if (this.#stopping) return { ok: false };
        this.#trouble = messageOf(error);
        this.#options.log.error({ err: error }, `Slack's socket could not be opened: ${this.#trouble}`);
        void pause(startAgain);
        return { ok: false };
      }
    };
    Object.assign(opener, { start: startAgain, delayReconnectAttempt: pause });
  }

  #note(connected: boolean): void {
    if (connected) this.#trouble = undefined;
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#since = this.#options.now();
    this.#options.log.info({ connected }, "Slack's socket changed");
  }
}

/** Waits, longer each time, then makes the attempt. */
type Pause = (attempt: () => Promise<unknown>) => Promise<unknown>;

function isPause(value: unknown): value is Pause {
  return typeof value === 'function';
}

class Failed {
  constructor(readonly error: unknown) {}
}

/** Never rejects. */
function settled(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => new Failed(error));
}
