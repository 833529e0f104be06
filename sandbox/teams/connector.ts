import express, { type Express, type Request, type Response } from 'express';
import type { FaultPlan } from '../faults.js';
import type { TeamsCall, TeamsFaultKind, TeamsOperation, TeamsUser } from '../teams.js';
import { cardComplaints } from './card-parser.js';
import { BotError, type Tenant } from './model.js';
import type { PostRate } from './rate.js';

export interface ConnectorParts {
  readonly tenant: Tenant;
  readonly tenantId: string;
  /** `28:<app id>`. */
  readonly bot: string;
  readonly validToken: (token: string) => boolean;
  readonly faults: FaultPlan<TeamsOperation, TeamsFaultKind>;
  readonly calls: TeamsCall[];
  /** Off in tests that are about something else. */
  readonly rate: PostRate | undefined;
  readonly now: () => number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Source: Teams' "Format your bot messages". */
const largestMessage = 28_000;
const errorStatus: Readonly<Record<string, number>> = {
  BotNotInConversationRoster: 403,
  ConversationBlockedByUser: 403,
  BotDisabledByAdmin: 403,
  ConversationNotFound: 404,
  ActivityNotFoundInConversation: 404,
  MemberNotFoundInConversation: 404,
  MessageSizeTooBig: 413,
};

/** The Bot Framework connector, as strict as Teams: who may post where, what a card may hold, who is in a conversation. */
export function connectorApp(parts: ConnectorParts): Express {
  const { tenant, faults, calls, now } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '1mb' }));

  /** Runs one call under the ordered fault, writes it into the journal and answers. */
  function serve(operation: TeamsOperation, work: (request: Request, body: Fields) => object) {
    return (request: Request, response: Response): void => {
      const fault = faults.take(operation);
      const { status, error, answer, headers } = outcome(() => {
        switch (fault?.kind) {
          case '429':
            throw new TooMany(fault.retryAfter === undefined ? 1 : fault.retryAfter);
          case '500':
          case '503':
            throw new BotError(Number(fault.kind), 'ServiceError');
          case 'error': {
            const code = fault.error ?? 'BadArgument';
            throw new BotError(errorStatus[code] ?? 400, code);
          }
          case 'timeout':
          case 'reset':
            return {};
          default:
            authorize(request, parts);
            return work(request, fieldsOf(request.body));
        }
      });
      const silent = fault !== undefined && ['timeout', 'reset', 'lost answer'].includes(fault.kind);
      const { method, path } = request;
      const body = request.body as unknown;
      calls.push({
        at: now(),
        operation,
        method,
        path,
        body,
        status: silent ? 'none' : status,
        error,
      });
      if (fault?.kind === 'timeout') return;
      if (silent) response.socket?.destroy();
      else response.status(status).set(headers).json(answer);
    };
  }

  app.post(
    '/teams/v3/conversations',
    serve('createConversation', (_request, body) => {
      const [member] = Array.isArray(body['members']) ? (body['members'] as unknown[]) : [];
      const conversation = tenant.personal(tenant.user(String(fieldsOf(member)['id'])));
      if (!conversation.installed) throw new BotError(403, 'BotNotInConversationRoster');
      return { id: conversation.id };
    }),
  );
  const post = (request: Request, body: Fields): object => ({ id: send(parts, request, body) });
  app.post('/teams/v3/conversations/:conversation/activities', serve('sendToConversation', post));
  app.post('/teams/v3/conversations/:conversation/activities/:activity', serve('replyToActivity', post));
  app.put(
    '/teams/v3/conversations/:conversation/activities/:activity',
    serve('updateActivity', (request, body) => {
      if (request.query['isTargetedActivity'] === 'true' && body['recipient'] !== undefined) {
        throw new BotError(400, 'BadArgument', 'Bad argument');
      }
      const message = tenant.message(String(request.params['activity']));
      if (message.conversation !== target(request).conversation)
        throw new BotError(404, 'ActivityNotFoundInConversation');
      if (message.from !== undefined) throw new BotError(403, 'MessageWritesBlocked');
      checkContent(body);
      return { id: tenant.edit(message, body).id };
    }),
  );
  app.get(
    '/teams/v3/conversations/:conversation/members/:member',
    serve('getMember', (request) => {
      const { conversation } = target(request);
      const user = tenant.user(String(request.params['member']));
      if (!tenant.conversation(conversation).members.includes(user.aadObjectId)) {
        throw new BotError(404, 'MemberNotFoundInConversation');
      }
      return rosterEntry(user);
    }),
  );
  return app;
}

class TooMany extends BotError {
  constructor(readonly seconds: number | null) {
    super(429, 'TooManyRequests');
  }
}

interface Outcome {
  readonly status: number;
  readonly answer: object;
  readonly headers: Record<string, string>;
  readonly error: string | undefined;
}

function outcome(work: () => object): Outcome {
  try {
    return { status: 200, answer: work(), headers: {}, error: undefined };
  } catch (thrown) {
    if (!(thrown instanceof BotError)) throw thrown;
    const { status, code, message } = thrown;
    const wait = thrown instanceof TooMany && thrown.seconds !== null ? { 'Retry-After': String(thrown.seconds) } : {};
    return { status, answer: { error: { code, message } }, headers: wait, error: code };
  }
}

function authorize(request: Request, { validToken }: ConnectorParts): void {
  const [, token] = /^Bearer (\S+)$/.exec(request.get('authorization') ?? '') ?? [];
  if (token === undefined || !validToken(token)) {
    throw new BotError(401, 'Unauthorized', 'Authorization has been denied for this request.');
  }
}

/** `19:…@thread.tacv2;messageid=<root>`. */
function target(request: Request): { readonly conversation: string; readonly root: string | undefined } {
  const [conversation = '', mark] = String(request.params['conversation']).split(';');
  return { conversation, root: mark?.replace(/^messageid=/, '') };
}

function send(parts: ConnectorParts, request: Request, body: Fields): string {
  const { tenant, rate, now } = parts;
  const { conversation: id, root } = target(request);
  const conversation = tenant.conversation(id);
  if (!conversation.installed) throw new BotError(403, 'BotNotInConversationRoster');
  const wait = rate?.take(id, now());
  if (wait !== undefined) throw new TooMany(wait);
  checkContent(body);
  const threaded = conversation.type === 'channel' ? root : undefined;
  if (threaded !== undefined) tenant.message(threaded);
  const targeted = request.query['isTargetedActivity'] === 'true';
  return tenant.add({
    conversation: id,
    root: threaded,
    from: undefined,
    targetedTo: targeted ? recipientIn(tenant, conversation.members, body) : undefined,
    activity: body,
  }).id;
}

/** Mandatory in a targeted message, and somebody who is in the conversation. */
function recipientIn(tenant: Tenant, members: readonly string[], body: Fields): string {
  const { id } = fieldsOf(body['recipient']);
  if (typeof id !== 'string') throw new BotError(400, 'BadArgument', 'Bad argument');
  const user = tenant.user(id);
  if (!members.includes(user.aadObjectId)) throw new BotError(404, 'MemberNotFoundInConversation');
  return user.aadObjectId;
}

function checkContent(body: Fields): void {
  if (Buffer.byteLength(JSON.stringify(body)) > largestMessage) throw new BotError(413, 'MessageSizeTooBig');
  const attachments = Array.isArray(body['attachments']) ? body['attachments'].map(fieldsOf) : [];
  if (attachments.length === 0 && typeof body['text'] !== 'string')
    throw new BotError(400, 'BadSyntax', 'nothing to show');
  for (const { content } of attachments) {
    const complaints = cardComplaints(fieldsOf(content));
    if (complaints.length > 0) throw new BotError(400, 'BadSyntax', complaints.join('; '));
    if (typeof fieldsOf(content)['fallbackText'] !== 'string' || typeof body['summary'] !== 'string') {
      throw new BotError(400, 'BadSyntax', 'a card without fallbackText or summary');
    }
  }
}

function rosterEntry(user: TeamsUser): object {
  const { id, name, email, tenantId, userRole, aadObjectId } = user;
  return { id, name, objectId: aadObjectId, aadObjectId, email, userPrincipalName: email, tenantId, userRole };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
