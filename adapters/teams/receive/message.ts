import { z } from 'zod';
import { type Envelope, teamsAccount, teamsOrigin } from './envelope.js';
import { ignore, malformed, type Received } from './received.js';
import { toPlainText } from './text.js';

const message = z.object({
  text: z.string().nullish(),
  value: z.unknown().optional(),
  entities: z.array(z.unknown()).nullish(),
});

const mention = z.object({
  type: z.literal('mention'),
  mentioned: z.object({ id: z.string(), name: z.string().nullish() }),
  text: z.string().nullish(),
});

type Mention = z.infer<typeof mention>;

/**
 * A message to the bot: alone with it, with a mention of it, or as a slash command. What apps with the right to read whole
 * channels get besides is not for Cordon. A message without words, such as a picture, reads as the wish for help.
 */
export function readMessage(envelope: Envelope, tenant: string, body: unknown): Received {
  const read = message.safeParse(body);
  if (!read.success) return malformed(read.error);
  const { text, value, entities } = read.data;
  const own = ownMentions(envelope, entities ?? []);
  if (envelope.conversationType !== 'personal' && !envelope.targeted && own.length === 0) return ignore;
  const words = toPlainText(text ?? '', namesIn(own));
  // A form's `Action.Submit`, of which Cordon has none.
  if (words === '' && value !== undefined && value !== null) return ignore;
  if (envelope.from === undefined) return { kind: 'nobody', answer: 'reply' };
  return {
    kind: 'incoming',
    incoming: {
      key: `teams:message:${envelope.conversation}:${envelope.id}`,
      account: teamsAccount(tenant, envelope.from.aadObjectId),
      origin: teamsOrigin(envelope, tenant),
      said: { kind: 'text', text: words },
    },
    answer: 'reply',
  };
}

function ownMentions({ bot }: Envelope, entities: readonly unknown[]): Mention[] {
  return entities
    .flatMap((entity) => mention.safeParse(entity).data ?? [])
    .filter(({ mentioned }) => mentioned.id === bot);
}

function namesIn(mentions: readonly Mention[]): Set<string> {
  return new Set(
    mentions.flatMap(({ mentioned, text }) => [mentioned.name, text]).map((name) => toPlainText(name ?? '')),
  );
}
