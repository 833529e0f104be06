import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { blocksToHtml, escapeHtml, type Reader } from '../../sandbox/picture/blocks.js';
import { page } from '../../sandbox/picture/page.js';
import { readerIn } from '../../sandbox/picture/reader.js';
import { sandboxApp, sandboxTeam, slackChannel, slackUser, type StoredMessage } from '../../sandbox/slack.js';
import type { Block } from '../../sandbox/slack/model.js';
import { Workspace } from '../../sandbox/slack/workspace.js';

const now = Date.UTC(2026, 10, 23, 9, 30);
const seed = {
  users: [slackUser({ id: 'U0ALICE', name: 'alice <b>' }), slackUser({ id: 'U0BOB', name: 'bob' })],
  channels: [slackChannel({ id: 'C0SOC', name: 'soc' })],
};
const reader: Reader = readerIn(new Workspace(sandboxTeam, sandboxApp, seed, () => now), 'UTC', now);

function rich(...elements: object[]): Block {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

const hostile = '<img src=x onerror="alert(1)"> & </style><script>';
const plain = { type: 'plain_text', text: hostile };

/** All that a person would read in these blocks, wherever it stands. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : wordsOf(inner),
  );
}

describe('The picture of Slack', () => {
  const golden = 'test/golden/slack';
  for (const file of readdirSync(golden)) {
    it(`leaves no word of ${file} out`, () => {
      const { blocks } = JSON.parse(readFileSync(`${golden}/${file}`, 'utf8')) as { blocks: Block[] };
      const html = blocksToHtml(blocks, reader);
      const words = wordsOf(blocks);
      assert.ok(words.length > 0);
      for (const text of words) assert.ok(html.includes(escapeHtml(text)), text);
    });
  }

  for (const [where, block] of [
    ['a header', { type: 'header', text: plain }],
    ['a context', { type: 'context', elements: [plain] }],
    ['a button', { type: 'actions', elements: [{ type: 'button', text: plain, style: '"><script>' }] }],
    ['a text', rich({ type: 'text', text: hostile, style: { bold: true, code: true } })],
    ['a link', rich({ type: 'link', url: 'https://example.com', text: hostile })],
    [
      'a quotation',
      { type: 'rich_text', elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text: hostile }] }] },
    ],
    ['a user’s name', rich({ type: 'user', user_id: 'U0ALICE' })],
  ] satisfies [string, Block][]) {
    it(`shows mark-up in ${where} as text`, () => {
      assert.doesNotMatch(blocksToHtml([block], reader), /<(img|script|\/style)|alice <b>/);
    });
  }

  for (const [what, block] of [
    ['block', { type: 'section', text: { type: 'mrkdwn', text: '*x*' } }],
    ['rich text part', { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [] }] }],
    ['list style', { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'ordered', elements: [] }] }],
    ['rich text element', rich({ type: 'broadcast', range: 'channel' })],
    ['text style', rich({ type: 'text', text: 'x', style: { strike: true } })],
    ['text object', { type: 'context', elements: [{ type: 'mrkdwn', text: '*x*' }] }],
    ['action', { type: 'actions', elements: [{ type: 'static_select' }] }],
  ] satisfies [string, Block][]) {
    it(`refuses a ${what} that it does not know`, () => {
      assert.throws(() => blocksToHtml([block], reader), new RegExp(`cannot show this ${what}`));
    });
  }

  it('says times as Slack does, near days by their names', () => {
    const at = (hours: number): string => reader.date(now / 1_000 + hours * 3_600, '{date_short_pretty} {time}');
    assert.deepEqual([0, 15, -10, -24 * 4, 24 * 365].map(at), [
      'today 9:30 AM',
      'tomorrow 12:30 AM',
      'yesterday 11:30 PM',
      'Nov 19 9:30 AM',
      'Nov 23 9:30 AM',
    ]);
    assert.throws(() => reader.date(0, '{date_long}'), /cannot show the date format \{date_long\}/);
  });

  it('shows the author once above messages within five minutes, and a root apart from its replies', () => {
    const said = (ts: string, more: object = {}): StoredMessage => ({
      channel: 'C0SOC',
      message: {
        type: 'message',
        ts,
        user: 'U0BOB',
        team: 'T0HOME',
        text: 'x',
        blocks: [rich({ type: 'text', text: `at ${ts}` })],
        ...more,
      },
    });
    const html = page(
      [
        [
          {
            title: 'Thread',
            caption: '',
            messages: [said('1', { reply_count: 3 }), said('2'), said('3'), said('400')],
          },
        ],
      ],
      reader,
    );
    assert.equal(html.match(/class="who"/g)?.length, 3);
    assert.match(html, /3 replies/);
  });

  it('refuses a message without blocks', () => {
    const message = { type: 'message' as const, ts: '1', user: 'U0BOB', team: 'T0HOME', text: 'x' };
    assert.throws(
      () => page([[{ title: 'x', caption: '', messages: [{ channel: 'C0SOC', message }] }]], reader),
      /with blocks only/,
    );
  });
});
