import type { Activity, InvokeResponse } from 'botbuilder';
import type { AuthenticateRequestResult, BotFrameworkAuthentication } from 'botframework-connector';
import { type Application, type ErrorRequestHandler, json, type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { CordonError, messageOf } from '../../src/errors.js';
import type { DoorReason } from '../../src/platform.js';
import { authenticate, Refused } from './authentication.js';
import { ForeignTenant, MalformedActivity, NotStored } from './intake.js';
import type { Log } from './log.js';
import { messagesPath } from './names.js';
import type { TeamsSettings } from '../../src/config/teams.js';

/** Teams' activities are a few kilobytes; its own limit for a message is about 28 KB, which comes with the same text as HTML. */
const bodyLimit = '1mb';

export interface HttpOptions {
  readonly app: Application;
  readonly settings: TeamsSettings;
  readonly authentication: BotFrameworkAuthentication;
  readonly take: (activity: Activity, authenticated: AuthenticateRequestResult) => Promise<InvokeResponse | undefined>;
  readonly refused: (reason: DoorReason) => void;
  readonly log: Log;
}

/**
 * Takes the Bot Framework's requests on the shared app. Guarantees: what is handed on was let in by `authenticate`, and before that
 * nothing of it is stored. Why something was refused is in the log alone; of what kind it was, in the record.
 */
export function mountMessages({ app, settings, authentication, take, refused, log }: HttpOptions): void {
  const router = Router();
  const receive: RequestHandler = async (request, response) => {
    const body = requestBody.safeParse(request.body);
    if (!body.success) throw new MalformedActivity('neither type nor service URL');
    const authenticated = await authenticate(body.data, authorizationOf(request), { settings, authentication });
    const answer = await take(body.data, authenticated);
    response.status(answer?.status ?? 200);
    if (answer?.body === undefined) response.end();
    else response.json(answer.body);
  };
  router.post(messagesPath, refuseUnsigned(settings), json({ limit: bodyLimit }), receive);
  router.use(messagesPath, refuse(log, refused));
  app.use(router);
}

/** The SDK does not compare the service URL with the token's where the activity has none. */
const addressed = z.object({ type: z.string().min(1), serviceUrl: z.string().min(1) });
const requestBody = z.custom<Activity>((body) => addressed.safeParse(body).success);

/** Nobody's megabyte is read who does not even claim to be the Bot Framework. */
function refuseUnsigned({ anonymous }: TeamsSettings): RequestHandler {
  return (request, _response, next) => {
    if (anonymous || authorizationOf(request).startsWith('Bearer ')) next();
    else next(new Refused('teams_unauthorized', 'unsigned', 'no Authorization header with a token'));
  };
}

function authorizationOf(request: Request): string {
  return request.get('authorization') ?? '';
}

function refuse(log: Log, refused: (reason: DoorReason) => void): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request, response, next) => {
    const status = statusOf(error);
    const reason = reasonOf(error, status);
    if (reason !== undefined) refused(reason);
    // A refused one is not logged whole: the body parser's error holds what was sent, also in its message.
    if (status >= 500) log.error({ err: error, status }, `an activity was not taken: ${messageOf(error)}`);
    else
      log.warn({ status }, `an activity was refused: ${error instanceof CordonError ? error.message : (reason ?? '')}`);
    if (response.headersSent) next(error);
    else response.status(status).end();
  };
}

/** Undefined for what is Cordon's own fault. */
function reasonOf(error: unknown, status: number): DoorReason | undefined {
  if (error instanceof Refused) return error.reason;
  if (error instanceof ForeignTenant) return 'foreign tenant';
  if (status === 413) return 'too large';
  return status >= 400 && status < 500 ? 'malformed' : undefined;
}

const ofBodyParser = z.object({ status: z.number().int().min(400).max(499) });

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status;
  if (error instanceof ForeignTenant) return 403;
  if (error instanceof MalformedActivity) return 400;
  if (error instanceof NotStored) return 503;
  return ofBodyParser.safeParse(error).data?.status ?? 500;
}
