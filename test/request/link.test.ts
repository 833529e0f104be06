import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { AuditEvent } from '../../src/audit/event.js';
import type { Origin } from '../../src/command/model.js';
import { PlatformError } from '../../src/platform.js';
import { parsePolicy } from '../../src/policy/load.js';
import type { Effects } from '../../src/store/store.js';
import { link } from '../../src/request/link.js';
import { Harness, objectId, standardPolicy, teamsTenant } from '../harness.js';
import { nothing } from '../store/examples.js';
import { person } from '../support.js';

const entra = (count: number) => `entra:${teamsTenant}:${objectId(count)}`;

describe('linking a Slack account to a Teams account', () => {
  let cordon: Harness;
  let writes: sinon.SinonSpy[];
  beforeEach(async () => {
    cordon = await Harness.open();
    writes = (['settleIncoming', 'saveLinkCode', 'useLinkCode', 'unlink'] as const).map(
      (method) => sinon.spy(cordon.store, method) as sinon.SinonSpy,
    );
  });
  afterEach(() => cordon.store.close());

  const lastTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? 'nothing';
  const askCode = async (user = 'UANN'): Promise<string> => {
    await cordon.say(user, 'link');
    return /link (\S+)/.exec(lastTo(user))?.[1] ?? 'none';
  };
  const alone = (): Origin =>
    cordon.origin({ platform: 'teams', tenant: teamsTenant, conversation: 'a:1', direct: true });
  const type = (code: string, count = 1, origin?: Origin): Promise<void> =>
    cordon.sayFrom(cordon.inTeams(objectId(count)), `link ${code}`, origin);
  const linkOf = async (user = 'UANN') => (await cordon.store.linkOf(`slack:T0HOME:${user}`))?.entra;
  /** What the store was given for the record and took, in order. */
  const record = async (): Promise<AuditEvent[]> => {
    const calls = writes.flatMap((write) => write.getCalls()).toSorted((a, b) => (a.calledBefore(b) ? -1 : 1));
    const taken = await Promise.all(
      calls.map(async ({ args, returnValue }) => ({ args, done: await (returnValue as Promise<unknown>) })),
    );
    return taken.filter(({ done }) => done !== false).flatMap(({ args }) => [...(args.at(-1) as Effects).audit]);
  };
  const whats = async () =>
    (await record()).map(({ what, detail }) => [what, detail?.['because']].filter(Boolean).join(': '));

  it('shows a code to the Slack account alone and links when it is typed in Teams; both are told', async () => {
    const code = await askCode();
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    assert.equal(cordon.slack.sent.at(-1)?.target.to, 'whisper');
    assert.match(lastTo('UANN'), /give it to nobody/);
    await type(code);
    assert.equal(await linkOf(), entra(1));
    assert.match(lastTo(objectId(1)), /uann in Slack are linked.*\n.*send me unlink/);
    assert.match(lastTo('UANN'), new RegExp(`linked to ${objectId(1)} in Teams.*\\n.*send me unlink`));
    assert.deepEqual(await whats(), ['person.link-asked', 'person.linked']);
    const [, linked] = await record();
    assert.deepEqual(linked?.detail, { account: 'slack:T0HOME:UANN', entra: entra(1) });
    assert.ok(!JSON.stringify(await record()).includes(code.replaceAll('-', '')));
  });

  it('reads a code in any case, without dashes, in pieces and with letters for digits', async () => {
    const code = await askCode();
    await type(code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'));
    assert.equal(await linkOf(), entra(1));
  });

  it('takes a code once, for ten minutes, and only the newest of an account', async () => {
    const first = await askCode();
    const second = await askCode();
    await type(first);
    assert.match(lastTo(objectId(1)), /Nothing was linked\. This code is mistyped, used, or older/);
    await cordon.advance(600_000);
    await type(second);
    assert.equal(await linkOf(), undefined);
    const third = await askCode();
    await cordon.advance(599_999);
    await type(third);
    await type(third, 2);
    assert.equal(await linkOf(), entra(1));
    assert.deepEqual(
      (await whats()).filter((what) => what.startsWith('person.link-refused')),
      ['unknown code', 'expired code', 'unknown code'].map((why) => `person.link-refused: ${why}`),
    );
  });

  it('links to one of two who type the same code at the same moment', async () => {
    const code = await askCode();
    await Promise.all(
      [1, 2].map((count) => cordon.acceptFrom(cordon.inTeams(objectId(count)), { kind: 'text', text: `link ${code}` })),
    );
    await cordon.settle();
    const winner = await linkOf();
    const told = [1, 2].filter((count) => /are linked/.test(lastTo(objectId(count))));
    assert.equal(told.length, 1);
    assert.equal(winner, entra(told[0]!));
  });

  it('links nothing for a redelivered message, and answers once', async () => {
    const code = await askCode();
    for (let copy = 0; copy < 2; copy += 1) {
      await cordon.acceptFrom(cordon.inTeams(objectId(1)), { kind: 'text', text: `link ${code}` }, undefined, 'same');
      await cordon.settle();
    }
    assert.equal(cordon.texts({ to: objectId(1) }).length, 1);
  });

  it('explains the way to somebody who begins at the wrong end', async () => {
    await cordon.sayFrom(cordon.inTeams(objectId(1)), 'link');
    assert.match(lastTo(objectId(1)), /send me link in a direct message in Slack/);
    const code = await askCode();
    await cordon.say('UBOB', `link ${code}`, cordon.origin({ conversation: 'D9', direct: true }));
    assert.match(lastTo('UBOB'), /A code is typed in Teams/);
    await type(code);
    assert.equal(await linkOf(), entra(1), 'the code is good still');
  });

  for (const standing of ['guest', 'external', 'bot', 'deactivated'] as const) {
    it(`bug 6: links no ${standing} account, as it stands when the code is typed, on either side`, async () => {
      const code = await askCode();
      const slack = { platform: 'slack', tenant: 'T0HOME', user: 'UANN' } as const;
      cordon.slack.people.set('UANN', { account: slack, name: 'ann', standing });
      await type(code);
      assert.match(lastTo(objectId(1)), /Nothing was linked\. The account ann .*only members can be linked/);
      cordon.slack.people.delete('UANN');
      await type(code);
      assert.equal(await linkOf(), undefined, 'the code is used up');
      const second = await askCode();
      cordon.teams.people.set(objectId(1), { account: cordon.inTeams(objectId(1)), name: 'a', standing });
      await type(second);
      assert.equal(await linkOf(), undefined);
    });
  }

  const slackDown = (): void => {
    cordon.slack.fail = (operation) =>
      operation === 'lookUp'
        ? new PlatformError('later', 'slack_down', 'x', { userText: 'Slack is down.' })
        : undefined;
  };

  it('keeps the code good while Slack cannot say who the account is', async () => {
    const code = await askCode();
    slackDown();
    await type(code, 1, alone());
    assert.match(lastTo(objectId(1)), /Slack is down\. Type the code again/);
    cordon.slack.fail = () => undefined;
    await type(code, 1, alone());
    assert.equal(await linkOf(), entra(1));
  });

  it('takes no code a second time that was typed to no avail where others read along', async () => {
    const inTeams = await askCode();
    slackDown();
    await type(inTeams);
    assert.match(lastTo(objectId(1)), /Slack is down\. Others could read the code here, so it is void/);
    cordon.slack.fail = () => undefined;
    await type(inTeams, 2);
    const inSlack = await askCode();
    await cordon.say('UANN', `link ${inSlack}`);
    await type(inSlack, 2);
    assert.equal(await linkOf(), undefined);
    assert.match((await whats()).join(), /not confirmed.*unknown code.*typed in Slack.*unknown code/);
  });

  it('leaves a link as it is until it is taken away: neither side can put another over it', async () => {
    await type(await askCode());
    await cordon.say('UANN', 'link');
    assert.match(lastTo('UANN'), /linked already/);
    assert.doesNotMatch(lastTo('UANN'), /Type this/);
    await cordon.say('UANN', 'unlink');
    await type(await askCode(), 2);
    assert.equal(await linkOf(), entra(2));
  });

  for (const [count, words] of [
    [1, /linked already, since .*, to your Teams account/],
    [2, /linked already.*first send me unlink/],
  ] as const) {
    it(`says so when the account has got a link since its code was made, typed by person ${count}`, async () => {
      const code = await askCode();
      const other = { platform: 'slack', tenant: 'T0HOME', user: 'UBOB' } as const;
      await cordon.store.saveLinkCode({ hash: 'h', account: other, expiresAt: 1 }, nothing);
      const made = { account: 'slack:T0HOME:UANN', entra: entra(1), at: 5, proof: 'code' } as const;
      await cordon.store.useLinkCode('h', made, nothing);
      await type(code, count);
      assert.match(lastTo(objectId(count)), words);
      assert.equal(await linkOf(), entra(1));
    });
  }

  it('never overrides the operator: no code is given, and one given before does nothing', async () => {
    const code = await askCode();
    cordon.policy = parsePolicy(
      `${standardPolicy}people:\n  same: [[slack:T0HOME:UANN, "${entra(3)}"]]\n`,
      'policy.yaml',
    );
    await type(code);
    assert.match(lastTo(objectId(1)), /policy file links.*to a Teams account\. Only an operator/);
    await cordon.say('UANN', 'link');
    assert.match(lastTo('UANN'), /policy file links/);
    await cordon.say('UANN', 'unlink');
    assert.match(lastTo('UANN'), /Nothing was done.*only an operator/);
    assert.equal(await linkOf(), undefined);
  });

  it('has nothing to link where Teams is not set up', async () => {
    const ann = person('UANN');
    await link({ ...cordon.context, platforms: new Map() }, { key: 'k', person: ann, origin: cordon.origin() });
    await cordon.settle();
    assert.match(lastTo('UANN'), /not set up for Teams/);
  });

  describe('and unlinking', () => {
    it('works from Slack, and the Teams account is told', async () => {
      await type(await askCode());
      await cordon.say('UANN', 'unlink');
      assert.equal(await linkOf(), undefined);
      assert.match(lastTo('UANN'), /The link is taken away/);
      assert.match(lastTo(objectId(1)), /uann in Slack took away the link/);
      assert.equal((await whats()).at(-1), 'person.unlinked');
    });

    it('works from Teams for all of its Slack accounts, and each is told', async () => {
      await type(await askCode());
      await type(await askCode('UANN2'));
      await cordon.sayFrom(cordon.inTeams(objectId(1)), 'unlink');
      assert.deepEqual(await cordon.store.linksTo(entra(1)), []);
      assert.match(lastTo(objectId(1)), /2 links are taken away/);
      for (const user of ['UANN', 'UANN2']) assert.match(lastTo(user), /in Teams took away the link/);
      assert.equal((await whats()).filter((what) => what === 'person.unlinked').length, 2);
    });

    it('says so where there is nothing to take away', async () => {
      await cordon.say('UANN', 'unlink');
      assert.match(lastTo('UANN'), /No code has linked this account/);
    });
  });
});
