import assert from 'node:assert/strict';
import { acceptBlocks } from '../../../sandbox/slack/blocks.js';
import { SlackError } from '../../../sandbox/slack/model.js';
import { button, errorOf, incidents, lobby, mira, section, startSlackBench, type SlackBench } from './support.js';

const problemsOf = (blocks: unknown): string[] => {
  try {
    acceptBlocks(blocks, () => 'id');
    return [];
  } catch (thrown) {
    assert.ok(thrown instanceof SlackError);
    assert.equal(thrown.error, 'invalid_blocks');
    return thrown.extra.errors as string[];
  }
};
const actions = (...elements: unknown[]): unknown => ({ type: 'actions', elements });

describe('Slack stand-in: Block Kit limits', () => {
  it('lets through what is exactly at the limit', () => {
    const blocks = [
      section('x'.repeat(3_000)),
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150) } },
      actions(button('x'.repeat(75), { action_id: 'x'.repeat(255), value: 'x'.repeat(2_000) })),
      { type: 'context', elements: Array.from({ length: 10 }, () => ({ type: 'mrkdwn', text: 'x' })) },
      { type: 'divider', block_id: 'x'.repeat(255) },
    ];
    assert.deepEqual(problemsOf([...blocks, ...Array.from({ length: 45 }, () => ({ type: 'divider' }))]), []);
  });

  const tooMuch: readonly (readonly [string, unknown, string])[] = [
    [
      '51 blocks',
      Array.from({ length: 51 }, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    [
      'a section over 3,000',
      [section('x'.repeat(3_001))],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['an empty section', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [
      'a header over 150',
      [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a header with mrkdwn',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a button text over 75',
      [actions(button('x'.repeat(76), { action_id: 'a' }))],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a button value over 2,000',
      [actions(button('x', { value: 'x'.repeat(2_001) }))],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'an action_id over 255',
      [actions(button('x', { action_id: 'x'.repeat(256) }))],
      'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    ],
    [
      'the same action_id twice in a block',
      [actions(button('x'), button('x'))],
      '`action_id` already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'the same block_id twice',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      '`block_id` already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      'a button style that does not exist',
      [actions(button('x', { style: 'plain' }))],
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      '26 buttons',
      [actions(...Array.from({ length: 26 }, (_, index) => button(`b${index}`)))],
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      '11 context elements',
      [{ type: 'context', elements: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'a block type that does not exist',
      [{ type: 'paragraph' }],
      'unsupported type: paragraph [json-pointer:/blocks/0/type]',
    ],
    ['blocks that are no list', { type: 'divider' }, 'must be an array [json-pointer:/blocks]'],
  ];
  for (const [what, blocks, problem] of tooMuch) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problemsOf(blocks), [problem]);
    });
  }
});

describe('Slack stand-in: limits in time, and faults', () => {
  let bench: SlackBench;
  beforeEach(async () => {
    bench = await startSlackBench();
  });
  afterEach(() => bench.slack.close());

  const post = (channel = incidents.id): Promise<string> =>
    errorOf(bench.client.chat.postMessage({ channel, text: 'x' }));
  const raw = (method: string, args: object): Promise<Response> =>
    fetch(`${bench.slack.apiUrl}${method}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${bench.slack.botToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(args),
    });

  it('takes about one message a second per channel after a small burst, and says when to come back', async () => {
    bench.slack.putChannel({ ...lobby, members: ['U0CORDON'] });
    for (let message = 0; message < 3; message += 1) assert.equal(await post(), 'no error');
    const refused = await raw('chat.postMessage', { channel: incidents.id, text: 'x' });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.deepEqual(await refused.json(), { ok: false, error: 'ratelimited' });
    assert.equal(await post(lobby.id), 'no error', 'each channel has its own allowance');
    bench.wait(1_000);
    assert.equal(await post(), 'no error');
    assert.equal((await raw('chat.postMessage', { channel: incidents.id, text: 'x' })).status, 429);
  });

  it('plays an ordered 429, 500 and any error of Slack, without doing the work', async () => {
    bench.slack.fault({ operation: 'chat.postMessage', kind: '429', retryAfter: 30 });
    assert.equal(
      (await raw('chat.postMessage', { channel: incidents.id, text: 'x' })).headers.get('retry-after'),
      '30',
    );
    bench.slack.fault({ operation: 'chat.postMessage', kind: '500' });
    assert.equal((await raw('chat.postMessage', { channel: incidents.id, text: 'x' })).status, 500);
    bench.slack.fault({ operation: 'chat.postMessage', kind: 'error', error: 'fatal_error' });
    assert.equal(await post(), 'fatal_error');
    assert.deepEqual(bench.slack.messages(incidents.id), []);
    assert.equal(await post(), 'no error');
  });

  it('cuts the connection before the message is posted (reset) or after (lost answer)', async () => {
    bench.slack.fault({ kind: 'reset' });
    await assert.rejects(raw('chat.postMessage', { channel: incidents.id, text: 'x' }));
    assert.equal(bench.slack.messages(incidents.id).length, 0);
    bench.slack.fault({ kind: 'lost answer' });
    await assert.rejects(raw('chat.postMessage', { channel: incidents.id, text: 'x' }));
    assert.equal(bench.slack.messages(incidents.id).length, 1);
    assert.deepEqual(
      bench.slack.calls.map(({ method, status }) => [method, status]),
      [
        ['chat.postMessage', 'none'],
        ['chat.postMessage', 'none'],
      ],
    );
  });

  it('opens a modal once per trigger and within three seconds', async () => {
    const view = {
      type: 'modal' as const,
      title: { type: 'plain_text' as const, text: 'Why?' },
      blocks: [section('x')],
    };
    const open = (trigger_id: string, over = {}): Promise<string> =>
      errorOf(bench.client.views.open({ trigger_id, view: { ...view, ...over } }));
    const trigger = bench.slack.newTrigger(mira.id);
    const longTitle = { title: { type: 'plain_text', text: 'x'.repeat(25) } };
    assert.equal(await open(trigger, longTitle), 'invalid_arguments');
    assert.equal(await open(trigger), 'no error');
    assert.equal(await open(trigger), 'exchanged_trigger_id');
    assert.equal(await open('made up'), 'invalid_trigger_id');
    const late = bench.slack.newTrigger(mira.id);
    bench.wait(3_001);
    assert.equal(await open(late), 'expired_trigger_id');
    assert.equal(bench.slack.openViews(mira.id).length, 1);
  });

  it('changes an open modal, and refuses to change one that was closed', async () => {
    const view = {
      type: 'modal' as const,
      title: { type: 'plain_text' as const, text: 'Why?' },
      blocks: [section('x')],
    };
    await bench.client.views.open({ trigger_id: bench.slack.newTrigger(mira.id), view });
    const [open] = bench.slack.openViews(mira.id);
    const change = (): Promise<string> =>
      errorOf(bench.client.views.update({ view_id: open!.view.id, view: { ...view, blocks: [section('y')] } }));
    assert.equal(await change(), 'no error');
    assert.deepEqual(bench.slack.openViews(mira.id)[0]?.view.blocks[0]?.text, section('y').text);
    bench.slack.views.delete(open!.view.id);
    assert.equal(await change(), 'not_found');
  });

  it('lets a response_url replace and delete the message it came with', async () => {
    await bench.client.chat.postMessage({ channel: incidents.id, text: 'before', blocks: [section('before')] });
    const [source] = bench.slack.messages(incidents.id);
    const url = bench.slack.newResponseUrl(incidents.id, mira.id, source);
    const respond = (body: object): Promise<Response> =>
      fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    await respond({ text: 'after', replace_original: true });
    assert.equal(bench.slack.messages(incidents.id)[0]?.message.text, 'after');
    await respond({ delete_original: true });
    assert.deepEqual(bench.slack.messages(incidents.id), []);
    await respond({ text: 'for all', response_type: 'in_channel' });
    assert.equal(bench.slack.messages(incidents.id)[0]?.message.text, 'for all');
  });

  it('lets a response_url take five posts within half an hour', async () => {
    const respond = async (url: string): Promise<string | undefined> => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ text: 'psst' }),
      });
      return ((await response.json()) as { error?: string }).error;
    };
    const url = bench.slack.newResponseUrl(lobby.id, mira.id);
    for (let message = 0; message < 5; message += 1) assert.equal(await respond(url), undefined);
    assert.equal(await respond(url), 'used_url');
    assert.equal(bench.slack.ephemerals(mira.id).length, 5);
    const old = bench.slack.newResponseUrl(lobby.id, mira.id);
    bench.wait(30 * 60_000 + 1);
    assert.equal(await respond(old), 'expired_url');
  });
});
