import assert from 'node:assert/strict';
import fc from 'fast-check';
import { renderCard } from '../../../../adapters/teams/render/card.js';
import { renderNote } from '../../../../adapters/teams/render/note.js';
import { type RequestState, requestStates } from '../../../../src/request/life.js';
import { cardIn, hostile } from '../../../golden/views.js';
import { assertValid } from './valid.js';

describe('What people wrote on a Teams card', () => {
  const anyText = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 600 }),
    fc.constantFrom(...Object.values(hostile)),
  );

  it('bug 15: a comment with mentions, Markdown, date functions, 5,000 characters or right-to-left marks is shown as it was typed', () => {
    const typed = [
      '<at>Everyone</at> @everyone [win](https://evil.example) **bold** {{DATE(2026-01-01,LONG)}}',
      ...Object.values(hostile),
    ];
    for (const comment of typed) {
      const content = renderCard(cardIn('awaiting approval', { comment }));
      const json = JSON.stringify(content);
      assertValid(content);
      assert.doesNotMatch(json, /[\u202A-\u202E\u2066-\u2069\u200E\u200F]/);
      // Markdown and mentions are read in a TextBlock alone, a date function in every text.
      assert.doesNotMatch(json, /"TextBlock"|"mention"|\{\{/);
    }
  });

  it('a long comment says how long it is', () => {
    const content = renderCard(cardIn('awaiting approval', { comment: hostile['long'] ?? '' }));
    assert.match(JSON.stringify(content), /A… \(shortened: 5,000 characters in all\)/);
  });

  it('is taken by Teams, whatever is in the view', () => {
    const state = fc.constantFrom<RequestState>(...requestStates);
    fc.assert(
      fc.property(state, anyText, anyText, fc.array(anyText, { maxLength: 60 }), (inState, title, comment, words) => {
        const story = words.map((word) => [word, { code: word }]);
        assertValid(renderCard(cardIn(inState, { title: `T${title}`, comment, story })));
        assertValid(renderNote({ tone: 'neutral', lines: story, quote: comment }));
      }),
      { numRuns: 60 },
    );
  });

  it('ten buttons of a pick list are split into sets that Teams shows whole', () => {
    const buttons = Array.from(
      { length: 10 },
      (_, n) => ({ label: `${n + 1}`, style: 'plain', token: `t${n}` }) as const,
    );
    const content = renderNote({ tone: 'neutral', lines: [['Which one?']], buttons });
    assertValid(content);
    const sets = content.attachments[0].content.body.filter(({ type }) => type === 'ActionSet');
    assert.equal(sets.length, 2);
  });

  it('a button that asks for a reason shows a field that has to be filled before it can be pressed', () => {
    const [{ content }] = renderCard(cardIn('awaiting approval')).attachments;
    const deny = content.actions?.[1];
    assert.ok(deny?.type === 'Action.ShowCard');
    assert.equal(deny.card.body[0].isRequired, true);
    assert.deepEqual(deny.card.actions[0].data, { token: 'dG9rZW4tZGVueQ' });
  });
});
