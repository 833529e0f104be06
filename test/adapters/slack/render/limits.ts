import assert from 'node:assert/strict';
import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import type { Rendered } from '../../../../adapters/slack/render/note.js';

/**
 * Exactly the blocks, elements and properties that Cordon uses, within what Slack refuses (`invalid_blocks`, `msg_too_long`), so
 * that a misspelt or forgotten one fails here and not in Slack. No `mrkdwn`, `broadcast` or `usergroup`: nothing is interpreted,
 * nobody is pinged at large. Source: the block pages on docs.slack.dev.
 */
const url = z.url({ protocol: /^https?$/ }).max(3_000);
const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.literal(false) });

const richElement = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: z.string().min(1).max(3_000),
    style: z
      .strictObject({ bold: z.literal(true).exactOptional(), code: z.literal(true).exactOptional() })
      .exactOptional(),
  }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().regex(/^[UW][A-Z0-9]+$/) }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().regex(/^[CDG][A-Z0-9]+$/) }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int().positive(),
    format: z.literal('{date_short_pretty} {time}'),
    fallback: z.iso.datetime(),
  }),
  z.strictObject({ type: z.literal('link'), url, text: z.string().min(1).max(3_000) }),
]);
const richSection = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(richElement).min(1) });
const richText = z.strictObject({
  type: z.literal('rich_text'),
  elements: z
    .array(
      z.discriminatedUnion('type', [
        richSection,
        z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(richElement).min(1) }),
        z.strictObject({
          type: z.literal('rich_text_list'),
          style: z.literal('bullet'),
          elements: z.array(richSection).min(1),
        }),
      ]),
    )
    .min(1),
});

const button = z.strictObject({
  type: z.literal('button'),
  action_id: z.string().min(1).max(255),
  text: plainText(75),
  value: z.string().min(1).max(2_000),
  style: z.enum(['primary', 'danger']).exactOptional(),
});

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150) }),
  z.strictObject({ type: z.literal('context'), elements: z.array(plainText(2_000)).min(1).max(10) }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25) }),
  richText,
]);

const message = z.strictObject({ text: z.string().min(1).max(4_000), blocks: z.array(block).min(1).max(50) });

/** Each of these is a block that `@slack/types` knows: the compiler says so. */
export function assertWithinLimits(rendered: Rendered): readonly KnownBlock[] {
  const { blocks } = message.parse(rendered);
  const actionIds = blocks.flatMap((found) =>
    found.type === 'actions' ? found.elements.map((element) => element.action_id) : [],
  );
  assert.equal(new Set(actionIds).size, actionIds.length, 'action ids repeat');
  return blocks;
}
