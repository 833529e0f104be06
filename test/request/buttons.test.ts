import assert from 'node:assert/strict';
import type { Origin } from '../../src/command/model.js';
import type { Account } from '../../src/people/person.js';
import { doubtButtons, misfit, voteButtons, withDoubtTokens, withVoteTokens } from '../../src/request/buttons.js';
import type { AnnouncedPlace, Place } from '../../src/request/request.js';
import { place, request } from '../store/examples.js';

const ria: Account = { platform: 'slack', tenant: 'T0HOME', user: 'URIA' };
const inChannel: Place = { ...place, tenant: 'T0HOME' };
const inPerson: Place = { platform: 'slack', conversation: 'D-URIA', person: ria };

function tokens(): { newToken: () => string } {
  let count = 0;
  return { newToken: () => `t${(count += 1)}` };
}

describe('the buttons of a card', () => {
  it('have a token for each answer in each place', () => {
    const places = withVoteTokens(tokens(), [inChannel, inPerson]);
    assert.deepEqual(places, [
      { ...inChannel, tokens: { approve: 't1', deny: 't2' } },
      { ...inPerson, tokens: { approve: 't3', deny: 't4' } },
    ]);
    assert.deepEqual(withDoubtTokens({ newToken: () => 'd' }, places), [
      { ...places[0], doubtTokens: { sent: 'd', again: 'd' } },
      { ...places[1], doubtTokens: { sent: 'd', again: 'd' } },
    ]);
  });

  it('for votes are bound to the revision, the commitment and their place, until the time for approvals ends', () => {
    const asked = request({ revision: 3, places: withVoteTokens(tokens(), [inChannel, inPerson]) });
    const meaning = { kind: 'vote', requestId: asked.id, revision: 3, commitment: asked.commitment };
    assert.deepEqual(voteButtons(asked), [
      { token: 't1', meaning: { ...meaning, decision: 'approve', place: inChannel }, expiresAt: 9_000 },
      { token: 't2', meaning: { ...meaning, decision: 'deny', place: inChannel }, expiresAt: 9_000 },
      { token: 't3', meaning: { ...meaning, decision: 'approve', place: inPerson }, expiresAt: 9_000 },
      { token: 't4', meaning: { ...meaning, decision: 'deny', place: inPerson }, expiresAt: 9_000 },
    ]);
  });

  it('are bound to no commitment that a Request does not have', () => {
    const { commitment, ...without } = request();
    assert.ok(commitment);
    for (const { meaning } of voteButtons(without)) assert.equal(meaning.kind === 'vote' && meaning.commitment, '');
  });

  it('for a call in doubt are bound to the attempt, and are where such tokens were made', () => {
    const [here, there]: AnnouncedPlace[] = withVoteTokens(tokens(), [place, inPerson]);
    const [doubted] = withDoubtTokens(tokens(), [here!]);
    const meaning = { kind: 'resolve', requestId: '7K3M9Q2X', attempt: 2, place };
    assert.deepEqual(doubtButtons(request({ attempts: 2, places: [doubted!, there!] }), 77), [
      { token: 't1', meaning: { ...meaning, decision: 'sent' }, expiresAt: 77 },
      { token: 't2', meaning: { ...meaning, decision: 'again' }, expiresAt: 77 },
    ]);
  });

  describe('fit a press', () => {
    const fits = (where: Place, origin: Partial<Origin> = {}, account = ria) =>
      misfit(where, {
        account,
        origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0SOC', direct: false, ...origin },
      });

    it('in their conversation and tenant, where one was stored', () => {
      assert.equal(fits(inChannel), undefined);
      assert.equal(fits(place, { tenant: 'T0OTHER' }), undefined);
      assert.equal(fits(inChannel, { tenant: 'T0OTHER' }), 'tenant');
      assert.equal(fits(inChannel, { conversation: 'C0ELSE' }), 'conversation');
    });

    it('on their platform, in what the platform says of the place and of the person alike', () => {
      assert.equal(fits(inChannel, { platform: 'teams' }), 'platform');
      assert.equal(fits(inChannel, {}, { ...ria, platform: 'teams' }), 'platform');
    });

    it('by the one person whose direct message they are in, however the ids are written', () => {
      const direct = { conversation: 'D-OTHER-SPELLING', direct: true };
      assert.equal(fits(inPerson, direct), undefined);
      assert.equal(fits(inPerson, direct, { ...ria, user: 'uria' }), undefined);
      assert.equal(fits(inPerson, direct, { ...ria, user: 'UANN' }), 'person');
      assert.equal(fits(inPerson, direct, { ...ria, tenant: 'T0OTHER' }), 'person');
      assert.equal(fits(inPerson, { conversation: 'D-URIA', direct: false }), 'conversation');
    });
  });
});
