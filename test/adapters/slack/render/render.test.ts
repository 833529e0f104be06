import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clipMarkup } from '../../../../adapters/slack/render/clip.js';
import { renderCard } from '../../../../adapters/slack/render/card.js';
import { renderNote } from '../../../../adapters/slack/render/note.js';
import { type RequestState, requestStates } from '../../../../src/request/life.js';
import { assertWithinLimits } from './limits.js';
import { cardIn, hostile } from '../../../golden/views.js';

/** Everything in the fallback text that Slack would not show as it is. */
function markup(text: string): string[] {
  return text.match(/<[^>]*>/g) ?? [];
}

describe('What people wrote on a Slack message', () => {
  const anyText = fc.oneof(fc.string({ maxLength: 200 }), fc.constantFrom(...Object.values(hostile)));

  it('bug 15: a comment with `<!channel>`, `@everyone`, markdown links, 5,000 characters or right-to-left marks breaks the card or pings', () => {
    for (const comment of Object.values(hostile)) {
      const rendered = renderCard(cardIn('awaiting approval', { comment }));
      assertWithinLimits(rendered);
      const allowed = /^<(!date\^\d+\^\{date_short_pretty\} \{time\}\|[^>]+|#C0SOC)>$/;
      assert.deepEqual(
        markup(rendered.text).filter((found) => !allowed.test(found)),
        [],
      );
      assert.doesNotMatch(JSON.stringify(rendered), /[\u202A-\u202E\u2066-\u2069\u200E\u200F]/);
      assert.doesNotMatch(JSON.stringify(rendered.blocks), /"(broadcast|mrkdwn|markdown|usergroup)"/);
    }
  });

  it('a long comment says how long it is', () => {
    const { blocks } = renderCard(cardIn('awaiting approval', { comment: hostile['long'] ?? '' }));
    assert.match(JSON.stringify(blocks), /A… \(shortened: 5,000 characters in all\)/);
  });

  it('an ordinary comment is shown whole and as it is', () => {
    const comment = 'a & b < c > "d" *e*';
    const { blocks } = renderCard(cardIn('awaiting approval', { comment }));
    const [, body] = blocks;
    assert.ok(body?.type === 'rich_text');
    assert.deepEqual(body.elements[1], { type: 'rich_text_quote', elements: [{ type: 'text', text: comment }] });
  });

  it('stays within Slack’s limits, whatever is in the view', () => {
    const state = fc.constantFrom<RequestState>(...requestStates);
    fc.assert(
      fc.property(state, anyText, anyText, fc.array(anyText, { maxLength: 30 }), (inState, title, comment, words) => {
        const story = words.map((word) => [word, { code: word }]);
        assertWithinLimits(renderCard(cardIn(inState, { title: `T${title}`, comment, story })));
        assertWithinLimits(renderNote({ tone: 'neutral', lines: story, quote: comment }));
      }),
      { numRuns: 60 },
    );
  });

  it('a note of many lines and buttons is cut and split', () => {
    const lines = Array.from({ length: 200 }, (_, line) => [`line ${line}`]);
    const buttons = Array.from({ length: 30 }, (_, n) => ({ label: `b${n}`, style: 'plain', token: `t${n}` }) as const);
    const rendered = renderNote({ tone: 'neutral', lines, buttons });
    assertWithinLimits(rendered);
    assert.match(rendered.text, /… and 141 more lines$/);
    assert.equal(rendered.blocks.length, 3);
  });

  it('a link that is not of the web is shown without link', () => {
    const { blocks } = renderNote({ tone: 'neutral', lines: [[{ link: 'javascript:alert(1)', label: 'click' }]] });
    assert.doesNotMatch(JSON.stringify(blocks), /javascript/);
  });

  it('the action id of a button tells whether a reason is asked for, its value is the token alone', () => {
    const { blocks } = renderCard(cardIn('awaiting approval'));
    const actions = blocks.at(-1);
    assert.ok(actions?.type === 'actions');
    assert.deepEqual(
      actions.elements.map((element) => [element.action_id, element.type === 'button' ? element.value : '']),
      [
        ['cordon:press:0', 'dG9rZW4tYXBwcm92ZQ'],
        ['cordon:ask:1', 'dG9rZW4tZGVueQ'],
      ],
    );
  });
});

describe('Cutting Slack’s mark-up', () => {
  it('never exceeds the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 60, max: 200 }), (text, max) => {
        assert.ok(clipMarkup(text, max).length <= max);
      }),
    );
  });

  it('leaves no half of an entity or a date', () => {
    assert.equal(clipMarkup('a &amp; b', 6), 'a …');
    assert.equal(clipMarkup('at <!date^1^{time}|x> b', 12), 'at …');
  });
});
