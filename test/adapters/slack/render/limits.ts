import assert from 'node:assert/strict';
import type { KnownBlock, RichTextElement } from '@slack/types';
import type { Rendered } from '../../../../adapters/slack/render/note.js';

/** Checks a message against what Slack refuses (`invalid_blocks`, `msg_too_long`). Source: the block pages on docs.slack.dev. */
export function assertWithinLimits({ text, blocks }: Rendered): void {
  assert.ok(text.length > 0 && text.length <= 4_000, `fallback text of ${text.length} characters`);
  assert.ok(blocks.length > 0 && blocks.length <= 50, `${blocks.length} blocks`);
  for (const block of blocks) checkBlock(block);
  const actionIds = blocks.flatMap((block) =>
    block.type === 'actions' ? block.elements.map((element) => element.action_id) : [],
  );
  assert.equal(new Set(actionIds).size, actionIds.length, 'action ids repeat');
}

function checkBlock(block: KnownBlock): void {
  switch (block.type) {
    case 'header':
      within('header', block.text.text, 150);
      return;
    case 'context':
      assert.ok(block.elements.length >= 1 && block.elements.length <= 10);
      for (const element of block.elements) {
        assert.ok(element.type === 'plain_text', 'a context that is interpreted as mrkdwn');
        within('context', element.text, 2_000);
      }
      return;
    case 'actions':
      assert.ok(block.elements.length >= 1 && block.elements.length <= 25);
      for (const element of block.elements) {
        assert.ok(element.type === 'button');
        within('button', element.text.text, 75);
        within('value', element.value ?? '', 2_000);
        within('action_id', element.action_id ?? '', 255);
      }
      return;
    case 'rich_text':
      assert.ok(block.elements.length > 0);
      for (const element of block.elements) {
        if (element.type === 'rich_text_list') {
          for (const item of element.elements) checkRich(item.elements);
        } else checkRich(element.elements);
      }
      return;
    default:
      assert.fail(`a ${block.type} block is not expected`);
  }
}

function checkRich(elements: readonly RichTextElement[]): void {
  assert.ok(elements.length > 0, 'an empty rich text element');
  for (const element of elements) {
    assert.notEqual(element.type, 'broadcast');
    if (element.type === 'text') within('rich text', element.text, 3_000);
  }
}

function within(what: string, text: string, max: number): void {
  assert.ok(text.length >= 1 && text.length <= max, `${what} of ${text.length} characters`);
}
