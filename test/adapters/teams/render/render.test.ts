import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pressVerb, reasonInput } from '../../../../adapters/teams/names.js';
import { render, renderCard, renderNote, type TeamsContent } from '../../../../adapters/teams/render/content.js';
import { type RequestState, requestStates } from '../../../../src/request/life.js';
import { clean } from '../../../../src/view/clip.js';
import type { Button } from '../../../../src/view/model.js';
import { cardIn, hostile } from '../../../golden/views.js';
import type { Content } from './shape.js';
import { assertValid } from './valid.js';

type Card = Content['attachments'][0]['content'];
type Element = Card['body'][number];

function cardOf(content: TeamsContent): Card {
  return assertValid(content).attachments[0].content;
}

/** What a reader sees of an element: one string for each block. */
function words(element: Element): string[] {
  switch (element.type) {
    case 'RichTextBlock':
      return [element.inlines.map(({ text }) => text).join('')];
    case 'Container':
      return element.items.flatMap(words);
    case 'ColumnSet':
      return [element.columns.flatMap(({ items }) => items.flatMap(words)).join(' | ')];
    case 'ActionSet':
      return [];
  }
}

/** The texts of all runs, one by one: what a client would look for functions in. */
function texts(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'TextRun' && 'text' in value) return [String(value.text)];
  return Object.values(value).flatMap(texts);
}

/** The words of the card's comment, which stands in the one grey box. */
function comment(card: Card): string[] {
  return card.body.flatMap((element) =>
    element.type === 'Container' && element.style === 'emphasis' ? words(element) : [],
  );
}

function styleOfStatus(state: RequestState): string | undefined {
  const [, status] = cardOf(renderCard(cardIn(state))).body;
  return status?.type === 'Container' ? status.style : assert.fail('no status');
}

describe('What people wrote on a Teams message', () => {
  it('bug 15: a comment with mentions, markdown links, functions, 5,000 characters or right-to-left marks breaks the card or pings', () => {
    for (const text of Object.values(hostile)) {
      const content = renderCard(cardIn('awaiting approval', { comment: text }));
      const card = cardOf(content);
      const json = JSON.stringify(content);
      assert.doesNotMatch(json, /"(TextBlock|FactSet|entities|mention)"/);
      assert.doesNotMatch(json, /[\u202A-\u202E\u2066-\u2069\u200E\u200F]/);
      assert.deepEqual(
        texts(card).filter((run) => /\{\{\s*(DATE|TIME)/i.test(run)),
        [],
      );
      assert.doesNotMatch(card.fallbackText, /evil|Everyone|DATE/);
    }
  });

  for (const name of ['pings', 'markup', 'entities', 'functions', 'direction']) {
    it(`a comment is shown as it is: ${name}`, () => {
      const text = hostile[name]!;
      assert.deepEqual(comment(cardOf(renderCard(cardIn('awaiting approval', { comment: text })))), [clean(text)]);
    });
  }

  it('a function whose braces come together from two parts of a line is not expanded either', () => {
    const lines = [['{', '{DATE(2026-11-23T09:00:00Z)}}', ' {{ time(2026-11-23T09:00:00Z)}}']];
    const card = cardOf(renderNote({ tone: 'neutral', lines }));
    assert.deepEqual(card.body.flatMap(words), ['{{DATE(2026-11-23T09:00:00Z)}} {{ time(2026-11-23T09:00:00Z)}}']);
    assert.equal(texts(card).length, 3);
  });

  it('a long comment says how long it is, and its one long word can wrap', () => {
    const [text = ''] = comment(cardOf(renderCard(cardIn('queued', { comment: hostile['long']! }))));
    assert.match(text, /A… \(shortened: 5,000 characters in all\)$/);
    assert.ok(text.split(/[\s\u200B]/u).every((word) => word.length <= 80));
  });

  it('the lines of a comment stay lines, the empty ones become one gap, and what is cut is counted', () => {
    const comments = (text: string): string[] => comment(cardOf(renderCard(cardIn('queued', { comment: text }))));
    assert.deepEqual(comments('\n  one\r\n\n\ntwo  \n'), ['one', 'two']);
    assert.deepEqual(comments(hostile['lines']!).slice(-2), ['line 28', '… and 11 more lines']);
    assert.deepEqual(comments(' \n\u200B'), []);
  });

  it('a hash of 64 characters can be copied as it is', () => {
    const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    assert.deepEqual(comment(cardOf(renderCard(cardIn('queued', { comment: hash })))), [hash]);
  });

  it('a link that is not of the web is shown without link', () => {
    const links = ['javascript:alert(1)', 'https://', 'https://a.example/?q=1'];
    const content = renderNote({ tone: 'neutral', lines: links.map((link) => [{ link, label: 'click' }]) });
    assert.deepEqual(JSON.stringify(content).match(/"url":"[^"]*"/g), ['"url":"https://a.example/?q=1"']);
  });
});

describe('A Teams card', () => {
  it('has the colour of a good end only when Defender has confirmed', () => {
    const coloured = requestStates.filter((state) => styleOfStatus(state) === 'good');
    assert.deepEqual(coloured, ['succeeded']);
    assert.equal(styleOfStatus('submitted'), 'accent');
    assert.equal(styleOfStatus('unknown'), 'attention');
    assert.equal(styleOfStatus('awaiting approval'), 'warning');
    assert.equal(styleOfStatus('expired'), undefined);
  });

  it('is told in a notification by its title and its status, times in UTC', () => {
    assert.equal(
      renderCard(cardIn('queued')).summary,
      "Restrict app execution: mymachine1.contoso.com. 🕒 Approved, waiting for Defender's call limit: 3 ahead, about 2026-11-23 09:30 UTC",
    );
  });

  it('tells what is asked, where it stands, why, the facts, the steps, then what it does', () => {
    const said = cardOf(renderCard(cardIn('denied'))).body.flatMap(words);
    assert.deepEqual(said, [
      'Restrict app execution: mymachine1.contoso.com',
      '🚫 Denied: nothing was sent to Defender',
      'Beacon to a known C2 address',
      'Requested by | alice',
      'Device | mymachine1.contoso.com',
      'Health | Active, last report 2026-11-23 08:00 UTC',
      'Approved by | bob, Carol *C*',
      'Announced in | #C0SOC a channel in Teams',
      'Request | 7K3M-9Q2X',
      '• bob approved 2026-11-23 09:31 UTC',
      '• Carol *C* approved 2026-11-23 09:32 UTC',
      'Only files signed with a Microsoft-issued certificate can start on this device.',
    ]);
  });

  it('keeps the newest of too many steps', () => {
    const story = Array.from({ length: 50 }, (_, step) => [`step ${step}`]);
    const said = cardOf(renderCard(cardIn('denied', { story }))).body.flatMap(words);
    assert.deepEqual(
      said.filter((text) => text.startsWith('•')),
      ['• … 31 earlier', ...Array.from({ length: 19 }, (_, step) => `• step ${step + 31}`)],
    );
  });

  it('sends the token alone, and asks for the reason of a denial before it counts', () => {
    const { actions } = cardOf(renderCard(cardIn('awaiting approval')));
    const [approve, deny] = actions ?? [];
    assert.deepEqual(approve, {
      type: 'Action.Execute',
      title: 'Approve',
      verb: pressVerb,
      data: { token: 'dG9rZW4tYXBwcm92ZQ' },
      associatedInputs: 'none',
      style: 'positive',
    });
    assert.ok(deny?.type === 'Action.ShowCard');
    assert.equal(deny.style, 'destructive');
    assert.equal(deny.card.body[0].id, reasonInput);
    assert.equal(deny.card.body[0].isRequired, true);
    assert.deepEqual(deny.card.actions[0].data, { token: 'dG9rZW4tZGVueQ' });
  });

  it('has no buttons once nobody can decide any more', () => {
    for (const state of requestStates.filter((name) => name !== 'awaiting approval')) {
      assert.doesNotMatch(JSON.stringify(renderCard(cardIn(state))), /"Action\./);
    }
  });
});

describe('A Teams note', () => {
  const plainButton = (n: number): Button => ({ label: `${n}. pc${n}.contoso.com`, style: 'plain', token: `t${n}` });

  it('shows all ten buttons of a pick list, in rows that Teams does not cut', () => {
    const buttons = Array.from({ length: 10 }, (_, n) => plainButton(n + 1));
    const card = cardOf(renderNote({ tone: 'warning', lines: [['Which one?']], buttons }));
    const rows = card.body.flatMap((element) => (element.type === 'ActionSet' ? [element.actions] : []));
    assert.deepEqual(
      rows.map((row) => row.length),
      [5, 5],
    );
    assert.deepEqual(
      rows.flat().map(({ title }) => title),
      buttons.map(({ label }) => label),
    );
    assert.equal(card.actions, undefined);
  });

  it('is told in a notification by its sign and its first line', () => {
    const lines = [[{ bold: 'Failed' }, ':\nno\tanswer'], ['second']];
    assert.equal(renderNote({ tone: 'danger', lines }).summary, '❌ Failed: no answer');
  });

  it('of nothing but unseen characters still says something', () => {
    const content = renderNote({ tone: 'neutral', lines: [['\u200B']], quote: '\u202E' });
    assert.deepEqual(cardOf(content).body.flatMap(words), ['—']);
  });

  it('of a quotation alone is the quotation', () => {
    const content = renderNote({ tone: 'neutral', lines: [], quote: 'words' });
    assert.equal(content.summary, 'words');
    assert.deepEqual(cardOf(content).body.flatMap(words), ['words']);
  });

  it('is the same whether it comes as a note or as a view', () => {
    const note = { tone: 'neutral', lines: [['Nothing is waiting.']] } as const;
    assert.deepEqual(render({ kind: 'note', note }), renderNote(note));
    assert.deepEqual(render({ kind: 'card', card: cardIn('queued') }), renderCard(cardIn('queued')));
  });
});

describe('The size of a Teams message', () => {
  const worst = ['あ', '"', '{{DATE(', '\n', '<at>x</at> ', '😀'].map((piece) => piece.repeat(5_000 / piece.length));

  it('stays under Teams’ limit with the longest inputs of every kind', () => {
    for (const text of worst) {
      const line = [
        text,
        { code: text },
        { bold: text },
        { link: `https://a.example/${'x'.repeat(900)}`, label: text },
      ];
      const story = Array.from({ length: 100 }, () => line);
      const facts = story.map((value) => ({ label: text, value }));
      const buttons = cardIn('awaiting approval').buttons.map((button) => ({ ...button, label: text.trim() || 'b' }));
      const all = { title: `T${text}`, status: line, comment: text, story, facts, effect: `E${text}`, buttons };
      assertValid(renderCard(cardIn('awaiting approval', all)));
      const pick = Array.from({ length: 10 }, (_, n): Button => ({
        label: `${n}${text}`,
        style: 'plain',
        token: `t${n}`,
      }));
      assertValid(renderNote({ tone: 'danger', lines: story, quote: text, buttons: pick }));
    }
  });

  it('stays under it with a thousand short pieces in every line', () => {
    const line = Array.from({ length: 1_000 }, (_, n) => (n % 2 === 0 ? { bold: 'b' } : { code: 'c' }));
    const lines = Array.from({ length: 100 }, () => line);
    assertValid(renderNote({ tone: 'neutral', lines }));
    assertValid(renderCard(cardIn('denied', { story: lines, facts: lines.map((value) => ({ label: 'l', value })) })));
  });

  it('gives up length before it gives up lines', () => {
    const lines = Array.from({ length: 20 }, (_, n) => [`${n} ${'x '.repeat(900)}`]);
    const said = cardOf(renderNote({ tone: 'neutral', lines })).body.flatMap(words);
    assert.equal(said.length, 20);
    assert.ok(said.every((text) => text.endsWith('…')));
  });

  it('and every other rule holds, whatever is in the view', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.constantFrom(...Object.values(hostile), ...worst),
    );
    const state = fc.constantFrom<RequestState>(...requestStates);
    fc.assert(
      fc.property(state, anyText, anyText, fc.array(anyText, { maxLength: 30 }), (inState, title, text, more) => {
        const story = more.map((word) => [word, { code: word }]);
        assertValid(renderCard(cardIn(inState, { title: `T${title}`, comment: text, story })));
        assertValid(renderNote({ tone: 'neutral', lines: story, quote: text }));
      }),
      { numRuns: 40 },
    );
  });
});
