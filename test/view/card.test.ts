import assert from 'node:assert/strict';
import type { RequestState } from '../../src/request/life.js';
import type { Request, Vote } from '../../src/request/request.js';
import { failedAnswer } from '../../src/view/answers.js';
import { cardOf, statusLine } from '../../src/view/card.js';
import { type Card, plain } from '../../src/view/model.js';
import { machine, person } from '../support.js';

const place = { platform: 'slack', conversation: 'C0INC' } as const;
const drawn = (request: Request): Card => cardOf(request, 'https://security.microsoft.com', place);

const createdAt = Date.UTC(2026, 10, 23, 9, 30);
const expiresAt = createdAt + 3_600_000;

function requestIn(state: RequestState, over: Partial<Request> = {}): Request {
  const requester = person('UREQ');
  return {
    id: '7K3M9Q2X',
    version: 1,
    state,
    action: 'restrict',
    device: machine(),
    comment: 'beacon',
    requester,
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0INC', direct: false },
    createdAt,
    expiresAt,
    revision: 1,
    rule: 'one lead approves',
    policyRevision: 'p1',
    quorum: 1,
    approvers: ['soc-leads'],
    votes: [],
    places: [{ ...place, tokens: { approve: 'a', deny: 'd' } }],
    dueAt: undefined,
    attempts: 0,
    ...over,
  };
}

function vote(user: string, decision: Vote['decision'], reason?: string): Vote {
  return { person: person(user), decision, revision: 1, at: createdAt, ...(reason === undefined ? {} : { reason }) };
}

const factsOf = (request: Request): Map<string, string> =>
  new Map(drawn(request).facts.map(({ label, value }) => [label, plain(value, () => 'THEN')]));

describe('The card', () => {
  it('leads to the device in the Defender portal of the cloud', () => {
    const { value } = drawn(requestIn('awaiting approval')).facts.find(({ label }) => label === 'Device id')!;
    assert.deepEqual(value.at(-1), {
      link: `https://security.microsoft.com/machines/v2/${machine().id}`,
      label: machine().id,
    });
  });

  it('says until when it waits', () => {
    assert.equal(
      plain(statusLine(requestIn('awaiting approval'))),
      'Waiting for approval (0 of 1 approval), expires 2026-11-23T10:30:00.000Z',
    );
  });

  it('names the machine by its id, so that two devices of one name cannot be mixed up', () => {
    assert.equal(factsOf(requestIn('awaiting approval')).get('Device id'), machine().id);
  });

  it('says who may approve only while somebody still may', () => {
    assert.equal(factsOf(requestIn('awaiting approval')).get('May approve'), 'soc-leads');
    for (const state of ['denied', 'expired', 'withdrawn', 'refused'] as const) {
      assert.equal(factsOf(requestIn(state)).has('May approve'), false, state);
    }
  });

  it('says who approved and when, once', () => {
    const request = requestIn('queued', { votes: [vote('UBOB', 'approve'), vote('UCAROL', 'approve')] });
    assert.equal(factsOf(request).get('Approved by'), `${person('UBOB').name} THEN, ${person('UCAROL').name} THEN`);
    assert.deepEqual(drawn(request).story, []);
  });

  it('says that the policy asked for no approval', () => {
    assert.match(factsOf(requestIn('queued', { quorum: 0 })).get('Approved by') ?? '', /^nobody/);
  });

  it('tells a denial and its reason as a line of its own', () => {
    const { story } = drawn(requestIn('denied', { votes: [vote('UBOB', 'deny', 'wrong laptop')] }));
    assert.deepEqual(
      story.map((line) => plain(line, () => 'THEN')),
      [`${person('UBOB').name} denied THEN: wrong laptop`],
    );
  });

  it('keeps the words that came with an approval', () => {
    const { story } = drawn(requestIn('queued', { votes: [vote('UBOB', 'approve', 'seen it too')] }));
    assert.match(plain(story[0] ?? []), /approved .*: seen it too$/);
  });

  it('describes the effect so that it stays true when nothing was done', () => {
    assert.match(drawn(requestIn('denied')).effect, /^What it does: /);
  });
});

describe('The answer when Defender could not be asked', () => {
  it('says once that nothing happened', () => {
    const said = (because: string): string =>
      failedAnswer(because)
        .lines.map((line) => plain(line))
        .join('\n');
    assert.equal(
      said('Defender is down. Nothing was changed. Try later.'),
      'Defender is down. Nothing was changed. Try later.',
    );
    assert.equal(said('Too many devices.'), 'Too many devices. Nothing was done.');
  });
});
