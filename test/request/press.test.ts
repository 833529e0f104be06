import assert from 'node:assert/strict';
import type { Origin } from '../../src/command/model.js';
import type { Account } from '../../src/people/person.js';
import type { PlatformName, Standing } from '../../src/people/person.js';
import { Harness, incidentChannel, standardPolicy, teamsChannel, teamsTenant } from '../harness.js';

const everywhere = standardPolicy
  .replace('leads: [', `leads: ["entra:${teamsTenant}:66666666-7777-4888-aaaa-000000000009", `)
  .replace('approvals: 1', `approvals: 1\n    announce: [origin, approvers, slack:C0SOC, "teams:${teamsChannel}"]`);

describe('a press', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open(everywhere);
    await cordon.say('UREQ', 'restrict mymachine1 x');
  });
  afterEach(() => cordon.store.close());

  const slack = (user: string, tenant = 'T0HOME'): Account => ({ platform: 'slack', tenant, user });
  const inTeams = (): Account => cordon.inTeams('66666666-7777-4888-aaaa-000000000009');
  /** The token of Approve on the card in this conversation. */
  const tokenIn = (conversation: string): string => {
    const card = cordon.cards().find(({ sent }) => sent.ref.conversation === conversation)?.card;
    const token = card?.buttons.find(({ label }) => label === 'Approve')?.token;
    if (token === undefined) throw new Error(`no card in ${conversation}`);
    return token;
  };
  const press = async (account: Account, token: string, origin: Partial<Origin>, message?: string): Promise<void> => {
    const { platform } = account;
    const from = cordon.origin({ platform, tenant: account.tenant, ...origin });
    const on = message === undefined ? {} : { on: { platform, conversation: from.conversation, message } };
    await cordon.acceptFrom(account, { kind: 'press', token, ...on }, from);
    await cordon.settle();
  };
  const recorded = async (): Promise<string[]> => {
    const { id } = await cordon.request();
    return (await cordon.store.auditOf({ requestId: id }, 100)).map(({ what }) => what);
  };
  const refused = async (what: string, user: string): Promise<void> => {
    assert.deepEqual((await cordon.request()).votes, []);
    assert.ok((await recorded()).includes(what), what);
    assert.match(cordon.texts({ to: user }).at(-1) ?? '', /Nothing|nothing|not counted|not made/);
    assert.equal(cordon.defender.submitted.length, 0);
  };

  it('has a token of its own in every place, each of use there', async () => {
    const places = [incidentChannel, 'C0SOC', teamsChannel, 'D-UAPP1', 'D-UAPP2'];
    assert.equal(new Set(places.map(tokenIn)).size, places.length);
    const { places: stored } = await cordon.request();
    assert.equal(new Set(stored.flatMap(({ tokens }) => [tokens.approve, tokens.deny])).size, stored.length * 2);
    for (const { tokens, platform } of stored) {
      const button = await cordon.store.button(tokens.deny);
      assert.equal(button?.meaning.kind === 'vote' && button.meaning.place.platform, platform);
    }
  });

  for (const [name, conversation, direct] of [
    ['in a channel', 'C0SOC', false],
    ['in a direct message', 'D-UAPP1', true],
  ] as const) {
    it(`counts ${name}, and the vote says where it was cast`, async () => {
      await press(slack('UAPP1'), tokenIn(conversation), { conversation, direct });
      assert.equal(cordon.defender.submitted.length, 1);
      const { id, votes } = await cordon.request();
      assert.deepEqual(votes[0]?.where, { platform: 'slack', tenant: 'T0HOME', conversation, direct });
      await cordon.say('UREQ', `status #${id}`);
      assert.match(cordon.texts({ to: 'UREQ' }).at(-1)!, direct ? /in a direct message in Slack/ : /\(in #C0SOC\)/);
    });
  }

  const elsewhere: Readonly<Record<string, readonly [string, () => Account, Partial<Origin>]>> = {
    'in another channel': ['C0SOC', () => slack('UAPP1'), { conversation: incidentChannel }],
    'in a channel that Cordon has not told': ['C0SOC', () => slack('UAPP1'), { conversation: 'C0ELSE' }],
    'in a direct message, copied from a channel': [
      'C0SOC',
      () => slack('UAPP1'),
      { conversation: 'D-UAPP1', direct: true },
    ],
    'in a channel, copied from a direct message': ['D-UAPP1', () => slack('UAPP1'), { conversation: incidentChannel }],
    'by somebody else, forwarded from a direct message': [
      'D-UAPP2',
      () => slack('UAPP1'),
      { conversation: 'D-UAPP1', direct: true },
    ],
    'in another workspace': [incidentChannel, () => slack('UAPP1'), { tenant: 'T0OTHER' }],
    'in Teams, with the token of Slack': ['C0SOC', inTeams, { conversation: teamsChannel }],
    'in Slack, with the token of Teams': [teamsChannel, () => slack('UAPP1'), { conversation: teamsChannel }],
  };
  for (const [name, [card, account, origin]] of Object.entries(elsewhere)) {
    it(`is refused and recorded ${name}`, async () => {
      await press(account(), tokenIn(card), origin);
      await refused('vote.misplaced', account().user);
    });
  }

  it('is refused and recorded below the card of another request, whose card stays as it is', async () => {
    const { id } = await cordon.request();
    await cordon.say('UREQ', 'release mymachine1 y');
    const cards = cordon.cards().filter(({ sent }) => sent.ref.conversation === incidentChannel);
    const other = cards.find(({ card }) => card.action === 'release')!;
    await press(slack('UAPP1'), tokenIn(incidentChannel), { conversation: incidentChannel }, other.sent.ref.message);
    assert.deepEqual((await cordon.store.request(id))?.votes, []);
    const [event] = (await cordon.store.auditOf({ requestId: id }, 99)).filter(({ what }) => what === 'vote.misplaced');
    assert.equal(event?.detail?.['field'], 'message');
    assert.equal(
      cordon.cards().find(({ sent }) => sent.ref.message === other.sent.ref.message)?.card.state,
      'awaiting approval',
    );
    assert.equal(cordon.defender.submitted.length, 0);
  });

  it('counts below a second copy of the card, which nobody knows', async () => {
    await press(slack('UAPP1'), tokenIn(incidentChannel), { conversation: incidentChannel }, '77.7');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('with a token that nobody gave out is recorded', async () => {
    const record: string[] = [];
    const settleIncoming = cordon.store.settleIncoming.bind(cordon.store);
    Object.assign(cordon.store, {
      settleIncoming: (...[key, effects]: Parameters<typeof settleIncoming>) => {
        record.push(...effects.audit.map(({ what }) => what));
        return settleIncoming(key, effects);
      },
    });
    await press(slack('UAPP1'), `${tokenIn('C0SOC')}x`, { conversation: 'C0SOC' });
    assert.deepEqual(record, ['press.unknown']);
    assert.deepEqual((await cordon.request()).votes, []);
  });

  it('after the end of the time for approvals is late, and recorded', async () => {
    const token = tokenIn('C0SOC');
    cordon.clock += 3_600_000;
    await press(slack('UAPP1'), token, { conversation: 'C0SOC' });
    assert.ok((await recorded()).includes('vote.expired'));
    assert.equal((await cordon.request()).state, 'expired');
  });

  const outsiders: readonly Standing[] = ['deactivated', 'guest', 'external', 'bot'];
  for (const platform of ['slack', 'teams'] as const satisfies readonly PlatformName[]) {
    for (const standing of outsiders) {
      it(`by an approver in ${platform} who is ${standing} by now is refused and recorded`, async () => {
        const account = platform === 'slack' ? slack('UAPP1') : inTeams();
        const conversation = platform === 'slack' ? 'C0SOC' : teamsChannel;
        cordon[platform].people.set(account.user, { account, name: 'gone', standing });
        const audits: string[] = [];
        const settleIncoming = cordon.store.settleIncoming.bind(cordon.store);
        Object.assign(cordon.store, {
          settleIncoming: (...[key, effects]: Parameters<typeof settleIncoming>) => {
            audits.push(...effects.audit.map(({ what, detail }) => `${what} ${String(detail?.['standing'])}`));
            return settleIncoming(key, effects);
          },
        });
        await press(account, tokenIn(conversation), { conversation });
        assert.deepEqual(audits, [`person.refused ${standing}`]);
        assert.deepEqual((await cordon.request()).votes, []);
        assert.match(cordon.texts({ to: account.user }).at(-1)!, /can neither request nor approve/);
      });
    }
  }
});
