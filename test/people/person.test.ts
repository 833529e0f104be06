import assert from 'node:assert/strict';
import {
  accountKey,
  accountOf,
  entraId,
  idsOf,
  provedInEntra,
  samePerson,
  toldApart,
} from '../../src/people/person.js';
import { person, teamsPerson } from '../support.js';

describe('a Person', () => {
  const ana = person('UANA');
  const bob = person('UBOB');
  const inTeams = teamsPerson('A');
  const linked = person('UANA', { id: 'entra:t:a', aliases: ['slack:T0HOME:UANA', 'teams:t:a'] });

  it('is the same by any of their ids, whatever the case of an Entra id in Teams', () => {
    assert.ok(samePerson(linked, inTeams));
    assert.ok(samePerson(inTeams, linked));
    assert.ok(samePerson(ana, linked), 'the account did not change when it was linked');
    assert.ok(samePerson(teamsPerson('x', { aliases: ['slack:T0HOME:UANA'] }), ana));
    assert.ok(!samePerson(ana, bob) && !samePerson(inTeams, teamsPerson('b')));
    assert.deepEqual(idsOf(inTeams), ['entra:t:A', 'teams:t:A', 'entra:t:a']);
  });

  it('is told apart from another within a Slack workspace, elsewhere only where Entra vouches for both', () => {
    assert.ok(toldApart(ana, bob) && toldApart(linked, bob));
    assert.ok(toldApart(linked, teamsPerson('b')) && toldApart(inTeams, teamsPerson('b')));
    assert.ok(!toldApart(ana, teamsPerson('b')) && !toldApart(teamsPerson('b'), ana));
    const elsewhere = person('UBOB', { account: { ...bob.account, tenant: 'T0OTHER' } });
    assert.ok(!toldApart(ana, elsewhere) && !toldApart(linked, elsewhere));
    assert.ok(!toldApart(linked, inTeams), 'one human is not two');
    assert.deepEqual([ana, linked, inTeams].map(provedInEntra), [false, true, true]);
  });

  it('has accounts that can be read back from their ids', () => {
    assert.deepEqual(accountOf(accountKey(ana.account)), ana.account);
    assert.deepEqual(accountOf(entraId({ tenant: 'T', user: 'O' })), { platform: 'teams', tenant: 't', user: 'o' });
    for (const id of ['', 'slack:T', 'slack::U', 'mail:a:b', 'entra:t:o:x']) assert.throws(() => accountOf(id), id);
  });
});
