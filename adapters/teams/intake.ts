import { ActivityTypes, type Activity, CloudAdapter, type InvokeResponse, type TurnContext } from 'botbuilder';
import type { AuthenticateRequestResult, BotFrameworkAuthentication } from 'botframework-connector';
import { z } from 'zod';
import type { Incoming } from '../../src/command/model.js';
import { CordonError, messageOf } from '../../src/errors.js';
import type { Core } from '../../src/platform.js';
import type { Card } from '../../src/view/model.js';
import type { Contacts } from './contacts.js';
import type { Log } from './log.js';
import { type Envelope, readEnvelope } from './receive/envelope.js';
import { learn, readNews } from './receive/news.js';
import { readActivity } from './receive/read.js';
import { type Answer, issuesOf } from './receive/received.js';
import type { TeamsSettings } from '../../src/config/teams.js';
import { within } from '../../src/time.js';

/** Code `teams_malformed`: let in, but not an activity that Cordon can read. */
export class MalformedActivity extends CordonError {
  constructor(why: string) {
    super('teams_malformed', `malformed activity: ${why}`);
  }
}

/** Code `teams_foreign_tenant`: the Entra tenant is none of those whose people may speak to Cordon. */
export class ForeignTenant extends CordonError {
  constructor(readonly tenant: string | undefined) {
    super('teams_foreign_tenant', `an activity of the tenant ${tenant ?? 'that is not clear'}`);
  }
}

/** Code `teams_not_stored`: nothing was done, and nobody was told. */
export class NotStored extends CordonError {
  constructor(cause: unknown) {
    super('teams_not_stored', `an activity could not be stored: ${messageOf(cause)}`, { cause });
  }
}

export interface IntakeOptions {
  readonly authentication: BotFrameworkAuthentication;
  readonly settings: Pick<TeamsSettings, 'tenants' | 'anonymous'>;
  readonly core: Core;
  readonly contacts: Contacts;
  /** The card as the answer to a press carries it: Adaptive Card JSON. */
  readonly cardContent: (card: Card) => object | undefined;
  readonly log: Log;
}

const tryAgain = 'Cordon could not store this, so nothing was done. Try again in a moment.';
const taken = 'Taken: the answer follows in the chat.';
const unknownPerson = 'Teams does not tell Cordon who you are here, so nothing was done.';

/** Teams gives up on a press after about ten seconds. */
const cardWithinMs = 3_000;
const tellWithinMs = 5_000;

/**
 * The Bot Framework's CloudAdapter with another order of work: stored first, then answered. What follows from an Incoming is the
 * core's work, from the store; a press alone waits a moment for its Card, because the answer to it replaces the card that was pressed.
 */
export class Intake extends CloudAdapter {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    super(options.authentication);
    this.#options = options;
  }

  /**
   * Takes an activity that was let in. Returns the invoke response for an invoke. Throws `MalformedActivity`, `ForeignTenant`, or
   * `NotStored` where the Bot Framework should send it again. It does so with the same id when it gets no answer within 15 seconds
   * (MicrosoftDocs/msteams-docs#6084); nothing promises it for a 5xx, so a person who waits for an answer is told as well.
   */
  async take(activity: Activity, authenticated: AuthenticateRequestResult): Promise<InvokeResponse | undefined> {
    const envelope = envelopeOf(activity);
    const tenant = this.#tenant(envelope);
    return this.processActivity(authenticated, activity, (context) => this.#turn(context, envelope, tenant));
  }

  #tenant({ tenant }: Envelope): string {
    const { anonymous, tenants } = this.#options.settings;
    const anyone = anonymous && tenants.length === 0;
    if (tenant === undefined || !(anyone || tenants.includes(tenant))) throw new ForeignTenant(tenant);
    return tenant;
  }

  async #turn(context: TurnContext, envelope: Envelope, tenant: string): Promise<void> {
    const { contacts, core, log } = this.#options;
    const received = readActivity(envelope, tenant, context.activity);
    if (received.kind === 'malformed') throw new MalformedActivity(received.why);
    const answer: Answer = 'answer' in received ? received.answer : 'redeliver';
    try {
      // Before the core hears of it: its answer may be on its way at once, and has to find its way.
      await learn(contacts, readNews(envelope, tenant, context.activity));
      if (received.kind === 'incoming') await core.accept(received.incoming);
    } catch (error) {
      log.error(
        {
          err: error,
          ...(received.kind === 'incoming' ? { event: received.incoming.key } : {}),
          conversation: envelope.conversation,
        },
        `could not be stored: ${messageOf(error)}`,
      );
      return this.#notStored(context, answer, error);
    }
    if (received.kind === 'nobody')
      log.info({ conversation: envelope.conversation }, 'ignored: Teams does not say who it is from');
    if (answer !== 'invoke') return;
    await respond(
      context,
      received.kind === 'incoming' ? await this.#afterPress(received.incoming) : message(unknownPerson),
    );
  }

  /** The press is stored by now, so whatever goes wrong here must not look as if it were not. */
  async #afterPress(press: Incoming): Promise<CardAnswer> {
    const { core, cardContent, log } = this.#options;
    try {
      const card = await core.cardAfter(press, cardWithinMs);
      const content = card && cardContent(card);
      if (content !== undefined) {
        return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: content };
      }
    } catch (error) {
      log.warn({ err: error, event: press.key }, `a press could not be answered with its card: ${messageOf(error)}`);
    }
    return message(taken);
  }

  /** Told and sent again, it would be done after all: so whoever could be told has to do it again themselves. */
  async #notStored(context: TurnContext, answer: Answer, cause: unknown): Promise<void> {
    switch (answer) {
      case 'redeliver':
        throw new NotStored(cause);
      case 'invoke':
        return respond(context, {
          statusCode: 500,
          type: 'application/vnd.microsoft.error',
          value: { code: 'NotStored', message: tryAgain },
        });
      case 'reply':
        try {
          await within(tellWithinMs, context.sendActivity(tryAgain));
        } catch (error) {
          // Not the error itself: the SDK's holds the request, and with it the bot's token.
          this.#options.log.warn({}, `somebody could not be told: ${messageOf(error)}`);
          throw new NotStored(cause);
        }
    }
  }
}

/** The body of the invoke response to `adaptiveCard/action`. */
interface CardAnswer {
  readonly statusCode: number;
  readonly type: string;
  readonly value: object | string;
}

function message(text: string): CardAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text };
}

async function respond(context: TurnContext, body: CardAnswer): Promise<void> {
  await context.sendActivity({ type: ActivityTypes.InvokeResponse, value: { status: 200, body } });
}

function envelopeOf(activity: Activity): Envelope {
  try {
    return readEnvelope(activity);
  } catch (error) {
    throw error instanceof z.ZodError ? new MalformedActivity(issuesOf(error)) : error;
  }
}
