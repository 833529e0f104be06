import { ExpressReceiver } from '@slack/bolt';
import { type Application, type RequestHandler, Router } from 'express';
import { messageOf } from '../../src/errors.js';
import type { DoorReason } from '../../src/platform.js';
import { MalformedPayload } from './intake.js';
import { type Log, slackLogger } from './log.js';

export const eventsPath = '/slack/events';

/** Slack's payloads are a few kilobytes; a message shortcut carries a whole message with its blocks. */
const bodyLimit = 1024 * 1024;
const windowSeconds = 5 * 60;

export interface HttpOptions {
  readonly app: Application;
  readonly signingSecret: string;
  readonly now: () => number;
  readonly refused: (reason: DoorReason) => void;
  readonly log: Log;
}

/**
 * Takes Slack's requests on the shared app. Guarantees: what is handed on was signed with the secret, not more than five
 * minutes ago or ahead. It does not stop a replay within those minutes: the key of the Incoming does.
 */
export function createHttpReceiver({ app, signingSecret, now, refused, log }: HttpOptions): ExpressReceiver {
  const router = Router();
  router.post(eventsPath, noteRefusals(refused), refuseOtherTimes(now));
  return new ExpressReceiver({
    app,
    router,
    signingSecret,
    endpoints: eventsPath,
    bodyLimit,
    logger: slackLogger(log),
    processEventErrorHandler: ({ error, response }) => {
      const malformed = error instanceof MalformedPayload;
      log.warn({ err: error }, `a request of Slack was not taken: ${messageOf(error)}`);
      if (!response.headersSent) response.writeHead(malformed ? 400 : 500).end();
      return Promise.resolve(true);
    },
    unhandledRequestHandler: ({ response }) => {
      log.error({}, 'a request of Slack could not be stored within three seconds');
      if (!response.headersSent) response.writeHead(503).end();
    },
  });
}

/** Bolt says by the status alone why it let nothing through; whether the time stamp was at fault is known here. */
function noteRefusals(refused: (reason: DoorReason) => void): RequestHandler {
  return (request, response, next) => {
    response.once('finish', () => {
      const reason = reasonOf(response.statusCode, request.get('x-slack-signature'), response.locals);
      if (reason !== undefined) refused(reason);
    });
    next();
  };
}

function reasonOf(
  status: number,
  signature: string | undefined,
  { wrongTime }: Readonly<Record<string, unknown>>,
): DoorReason | undefined {
  if (status === 400) return 'malformed';
  if (status === 413) return 'too large';
  if (status !== 401) return undefined;
  if (signature === undefined || signature === '') return 'unsigned';
  return wrongTime === true ? 'wrong time' : 'wrong signature';
}

/** Bolt refuses old time stamps only: one from the future could be replayed until it is old. */
function refuseOtherTimes(now: () => number): RequestHandler {
  return (request, response, next) => {
    const sentAt = Number(request.get('x-slack-request-timestamp'));
    if (Math.abs(now() / 1_000 - sentAt) <= windowSeconds) {
      next();
      return;
    }
    response.locals['wrongTime'] = true;
    response.status(401).end();
  };
}
