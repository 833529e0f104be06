import assert from 'node:assert/strict';
import { shareLookUps } from '../../src/people/share-look-ups.js';
import type { Account, Profile } from '../../src/people/person.js';
import { PlatformError } from '../../src/platform.js';
import { FakePlatform } from '../fakes.js';

const ann: Account = { platform: 'slack', tenant: 'T0HOME', user: 'UANN' };
const bob: Account = { ...ann, user: 'UBOB' };

describe('questions about people that are shared', () => {
  let now: number;
  let asked: string[];
  let answer: (account: Account) => Promise<Profile>;
  beforeEach(() => {
    [now, asked] = [1_000_000, []];
    answer = (account) => Promise.resolve({ account, name: account.user, standing: 'member' });
  });

  const shared = () => {
    const slack = new FakePlatform();
    slack.lookUp = (account) => {
      asked.push(account.user);
      return answer(account);
    };
    return shareLookUps(slack, () => now);
  };

  it('go out once for whoever needs the answer within a second', async () => {
    const slack = shared();
    const [first] = await Promise.all([slack.lookUp(ann), slack.lookUp(ann), slack.lookUp(bob)]);
    now += 1_000;
    assert.equal(await slack.lookUp({ ...ann }), first);
    assert.deepEqual(asked, ['UANN', 'UBOB']);
  });

  it('go out again after that, though other people were asked about meanwhile', async () => {
    const slack = shared();
    await slack.lookUp(ann);
    now += 600;
    await slack.lookUp(bob);
    now += 401;
    answer = (account) => Promise.resolve({ account, name: account.user, standing: 'deactivated' });
    assert.equal((await slack.lookUp(ann)).standing, 'deactivated');
    assert.equal((await slack.lookUp(bob)).standing, 'member');
    assert.deepEqual(asked, ['UANN', 'UBOB', 'UANN']);
  });

  it('count their second from when they went out, not from the answer', async () => {
    const slack = shared();
    let end = (): void => undefined;
    answer = (account) =>
      new Promise((resolve) => {
        end = () => {
          resolve({ account, name: 'late', standing: 'member' });
        };
      });
    const slow = slack.lookUp(ann);
    now += 1_001;
    end();
    await slow;
    void slack.lookUp(ann);
    assert.deepEqual(asked, ['UANN', 'UANN']);
  });

  it('do not share a failure with whoever asks after it', async () => {
    const slack = shared();
    answer = () => Promise.reject(new PlatformError('later', 'slack_down', 'Slack does not answer'));
    await assert.rejects(slack.lookUp(ann), { code: 'slack_down' });
    answer = (account) => Promise.resolve({ account, name: 'ann', standing: 'member' });
    assert.equal((await slack.lookUp(ann)).name, 'ann');
  });

  it('are asked anew after the clock was set back', async () => {
    const slack = shared();
    await slack.lookUp(ann);
    now -= 60_000;
    await slack.lookUp(ann);
    await slack.lookUp(ann);
    assert.deepEqual(asked, ['UANN', 'UANN']);
  });

  it('are told apart by tenant', async () => {
    const slack = shared();
    await Promise.all([slack.lookUp(ann), slack.lookUp({ ...ann, tenant: 'T0OTHER' })]);
    assert.equal(asked.length, 2);
  });
});
