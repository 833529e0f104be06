/**
 * Codes of the Bot Framework's refusals and the status that goes with each. Sources: "Status codes from bot conversational APIs" and
 * "Targeted messages" in the Teams documentation on learn.microsoft.com.
 */
const statuses: Readonly<Record<string, number>> = {
  BadArgument: 400,
  BadSyntax: 400,
  Unauthorized: 401,
  BotNotInConversationRoster: 403,
  ConversationBlockedByUser: 403,
  BotDisabledByAdmin: 403,
  ForbiddenOperationException: 403,
  NotEnoughPermissions: 403,
  ActivityNotFoundInConversation: 404,
  ConversationNotFound: 404,
  MemberNotFoundInConversation: 404,
  MessageSizeTooBig: 413,
  Throttled: 429,
  ServiceError: 500,
  ServiceUnavailable: 503,
};

/** A refusal of the connector, `{ error: { code, message } }` on the wire. A code that is not in the table is a 400. */
export class ConnectorError extends Error {
  readonly status: number;

  /** `retryAfter` in seconds, for the header. */
  constructor(
    readonly code: string,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.status = statuses[code] ?? 400;
  }

  body(): Record<string, unknown> {
    return { error: { code: this.code, message: this.message } };
  }
}

export const refusal = {
  unauthorized: () => new ConnectorError('Unauthorized', 'Authorization has been denied for this request.'),
  notInstalled: () =>
    new ConnectorError('BotNotInConversationRoster', 'The bot is not part of the conversation roster.'),
  unknownConversation: () => new ConnectorError('ConversationNotFound', 'Conversation not found.'),
  unknownMessage: () => new ConnectorError('ActivityNotFoundInConversation', 'The activity id was not found.'),
  unknownMember: () => new ConnectorError('MemberNotFoundInConversation', 'The member was not found.'),
  notYours: () => new ConnectorError('NotEnoughPermissions', 'The message is not one of the bot.'),
  badArgument: (why: string) => new ConnectorError('BadArgument', `Bad argument: ${why}`),
  badSyntax: (why: string) => new ConnectorError('BadSyntax', why),
  tooBig: () => new ConnectorError('MessageSizeTooBig', 'The size of the incoming request was too large.'),
  throttled: (seconds: number | undefined) => new ConnectorError('Throttled', 'Too many requests.', seconds),
};
