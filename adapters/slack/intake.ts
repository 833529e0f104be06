import { App, type AckFn, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Incoming } from '../../src/command/model.js';
import { CordonError, messageOf } from '../../src/errors.js';
import { toPlatformError } from './errors.js';
import type { Log } from './log.js';
import { slackLogger } from './log.js';
import { readPayload } from './receive/read.js';
import type { Received } from './receive/received.js';
import type { Respond } from './respond.js';

/** Code `slack_malformed`: a correctly signed payload that is none. */
export class MalformedPayload extends CordonError {
  constructor(why: string) {
    super('slack_malformed', `malformed payload: ${why}`);
  }
}

export interface IntakeOptions {
  readonly receiver: Receiver;
  readonly botToken: string;
  readonly clientOptions: WebClientOptions;
  /** Stores what came. False for a redelivery, which is acknowledged like the first. */
  readonly accept: (incoming: Incoming) => Promise<boolean>;
  readonly respond: Respond;
  readonly log: Log;
}

type Ack = AckFn<unknown>;

const tryAgain = 'Cordon could not store this, so nothing was done. Try again in a moment.';

/**
 * Bolt's App with another order of work: stored first, then acknowledged. Bolt acknowledges an event before any listener
 * runs, so events are taken where the receiver hands them over and no listener is registered. What follows from an Incoming is
 * the core's work, from the store.
 */
export class Intake extends App {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    super({
      receiver: options.receiver,
      token: options.botToken,
      tokenVerificationEnabled: false,
      ignoreSelf: false,
      convoStore: false,
      clientOptions: options.clientOptions,
      logger: slackLogger(options.log),
    });
    this.#options = options;
  }

  /** Throws a `MalformedPayload`, or what `accept` threw where Slack will send it again. */
  override async processEvent({ body, ack }: ReceiverEvent): Promise<void> {
    const received = readPayload(body);
    switch (received.kind) {
      case 'ignore':
        return ack();
      case 'malformed':
        throw new MalformedPayload(received.why);
      case 'correct':
        return ack({ response_action: 'errors', errors: received.errors });
      case 'open':
        await ack();
        return this.#open(received);
      case 'incoming':
        return this.#store(received, ack);
    }
  }

  async #store({ incoming, answer }: Extract<Received, { kind: 'incoming' }>, ack: Ack): Promise<void> {
    const { accept, log } = this.#options;
    try {
      await accept(incoming);
    } catch (error) {
      log.error({ err: error, event: incoming.key }, `could not be stored: ${messageOf(error)}`);
      switch (answer.by) {
        case 'redeliver':
          throw error;
        case 'ack':
          return ack({ response_type: 'ephemeral', text: tryAgain });
        case 'field':
          return ack({ response_action: 'errors', errors: { [answer.block]: tryAgain } });
        case 'reply':
          await ack();
          return this.#tell(answer.url, tryAgain);
      }
    }
    await ack();
  }

  /** The trigger of a modal lives three seconds, so it is not worth storing: a failure is told, and done again by hand. */
  async #open({ triggerId, view, replyUrl, instead }: Extract<Received, { kind: 'open' }>): Promise<void> {
    try {
      await this.client.views.open({ trigger_id: triggerId, view });
    } catch (error) {
      const { code } = toPlatformError(error, 'views.open');
      this.#options.log.warn({ code }, `a form could not be opened: ${messageOf(error)}`);
      await this.#tell(replyUrl, `Cordon could not open the form, so nothing was done. ${instead}`);
    }
  }

  async #tell(url: string | undefined, text: string): Promise<void> {
    if (url === undefined) return;
    try {
      await this.#options.respond(url, { text });
    } catch (error) {
      this.#options.log.warn({ err: error }, `somebody could not be told: ${messageOf(error)}`);
    }
  }
}
