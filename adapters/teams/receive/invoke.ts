import { z } from 'zod';
import { pressVerb, reasonInput } from '../names.js';
import { type Envelope, id, teamsAccount, teamsOrigin } from './envelope.js';
import { malformed, type Received } from './received.js';

const execute = z.object({ value: z.object({ action: z.object({ verb: z.string() }) }) });

const press = z.object({
  value: z.object({ action: z.object({ data: z.object({ token: id, [reasonInput]: z.string().nullish() }) }) }),
});

/**
 * A button. Who pressed it is what the Bot Framework vouched for; of what the client sent nothing is read but the opaque token and the
 * words typed as the reason.
 */
export function readInvoke(envelope: Envelope, tenant: string, body: unknown): Received {
  if (envelope.name !== 'adaptiveCard/action') return { kind: 'unknown invoke' };
  if (execute.safeParse(body).data?.value.action.verb !== pressVerb) return { kind: 'unknown invoke' };
  const read = press.safeParse(body);
  if (!read.success) return malformed(read.error);
  if (envelope.from === undefined) return { kind: 'nobody', answer: 'invoke' };
  const { token, [reasonInput]: typed } = read.data.value.action.data;
  const reason = typed?.trim() ?? '';
  const { conversation, replyTo } = envelope;
  const on = replyTo === undefined ? {} : { on: { platform: 'teams' as const, conversation, message: replyTo } };
  return {
    kind: 'incoming',
    incoming: {
      key: `teams:invoke:${envelope.conversation}:${envelope.id}`,
      account: teamsAccount(tenant, envelope.from.aadObjectId),
      origin: teamsOrigin(envelope, tenant),
      said: { kind: 'press', token, ...(reason === '' ? {} : { reason }), ...on },
    },
    answer: 'invoke',
  };
}
