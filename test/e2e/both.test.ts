import assert from 'node:assert/strict';
import { bothPlatforms, devices } from '../../sandbox/cast.js';
import type { Driver, Shown } from '../contract/platform-driver.js';
import { slackDriver } from './drivers/slack.js';
import { teamsDriver } from './drivers/teams.js';
import { eventually } from './eventually.js';
import { Scene } from './scene.js';

const device = String(devices[0]!.computerDnsName);
const result = /app execution is restricted/;

describe('one request, both platforms', function () {
  this.timeout(60_000);
  let scene: Scene;
  let slack: Driver;
  let teams: Driver;
  beforeEach(async () => {
    scene = await Scene.open({ policy: bothPlatforms, teams: {} });
    slack = slackDriver(scene.sandbox);
    teams = teamsDriver(scene.sandbox);
  });
  afterEach(() => scene.close());

  const link = async (who: 'alice' | 'bob' | 'carol'): Promise<void> => {
    await slack.sayDirectly(who, 'link');
    const code = await eventually('the code', () =>
      slack
        .directlyTo(who)
        .map((text) => /\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(text)?.[0])
        .findLast((found) => found !== undefined),
    );
    await teams.sayDirectly(who, `link ${code}`);
    await eventually('the link told', () => teams.directlyTo(who).some((text) => /linked/i.test(text)));
  };
  const cardIn = (driver: Driver, where?: 'approvals'): Promise<Shown> =>
    eventually(`a card in ${driver.platform}`, () => driver.card(where));
  const told = (driver: Driver, card: Shown, words: RegExp): Promise<true> =>
    eventually(
      `${String(words)} in ${driver.platform}`,
      () => driver.replies(card).some((text) => words.test(text)) || false,
    );

  it('is announced in both, decided in one, and told alike in both', async () => {
    await link('alice');
    await slack.say('alice', `restrict ${device} beacon`);
    const inSlack = await cardIn(slack);
    const inTeams = await cardIn(teams, 'approvals');
    await teams.approve('bob', inTeams);
    for (const [driver, card] of [
      [slack, inSlack],
      [teams, inTeams],
    ] as const) {
      await told(driver, card, result);
      await eventually('the card settled', () => driver.buttons(card).length === 0 && /Done/.test(driver.words(card)));
    }
    assert.equal(scene.posts().length, 1);
    await eventually('the requester told where they asked', () =>
      slack.directlyTo('alice').some((text) => result.test(text)),
    );
    assert.ok(!teams.directlyTo('alice').some((text) => result.test(text)));
  });

  it('refuses a vote across platforms while it cannot be proved that they are two people, and says how to link', async () => {
    await slack.say('alice', `restrict ${device} beacon`);
    const inTeams = await cardIn(teams, 'approvals');
    await teams.approve('bob', inTeams);
    await eventually('the refusal with the way out', () =>
      scene.sandbox
        .teams()
        .messages(inTeams.conversation)
        .some((each) => each.targetedTo !== undefined && /link/i.test(JSON.stringify(each.activity))),
    );
    assert.equal(scene.posts().length, 0);
    await link('alice');
    await teams.approve('bob', inTeams);
    await told(teams, inTeams, result);
    assert.equal(scene.posts().length, 1);
  });

  it('bug 3 and 6: one human on two platforms is one: neither a second vote nor an approval of their own request', async () => {
    await scene.close();
    scene = await Scene.open({ policy: bothPlatforms.replace('approvals: 1', 'approvals: 2'), teams: {} });
    slack = slackDriver(scene.sandbox);
    teams = teamsDriver(scene.sandbox);
    for (const who of ['alice', 'bob', 'carol'] as const) await link(who);
    await slack.say('bob', `restrict ${device} beacon`);
    const inSlack = await cardIn(slack);
    const inTeams = await cardIn(teams, 'approvals');
    await teams.approve('bob', inTeams);
    await slack.approve('carol', inSlack);
    await told(slack, inSlack, /approved \(1 of 2/);
    await teams.approve('carol', inTeams);
    await eventually('the second vote refused', () =>
      scene.sandbox
        .teams()
        .messages(inTeams.conversation)
        .some((each) => each.targetedTo !== undefined && /counted/.test(JSON.stringify(each.activity))),
    );
    assert.equal(scene.posts().length, 0);
  });

  it('bug 2: calls once when one approves in Slack and another in Teams at the same moment', async () => {
    for (const who of ['alice', 'bob', 'carol'] as const) await link(who);
    await slack.say('alice', `restrict ${device} beacon`);
    const [inSlack, inTeams] = [await cardIn(slack), await cardIn(teams, 'approvals')];
    await Promise.all([slack.approve('bob', inSlack), teams.approve('carol', inTeams)]);
    await told(slack, inSlack, result);
    await told(teams, inTeams, result);
    assert.equal(scene.posts().length, 1);
  });

  it('bug 18: tells the requester in Slack that the approvals channel in Teams cannot be reached, and goes on', async () => {
    const approvals = scene.sandbox
      .teams()
      .conversations()
      .find(({ name }) => name === 'soc-approvals')!;
    scene.sandbox.teams().putConversation({ ...approvals, installed: false });
    await slack.say('alice', `restrict ${device} beacon`);
    const inSlack = await cardIn(slack);
    await eventually('the requester told', () =>
      slack.directlyTo('alice').some((text) => /card could not be posted/.test(text)),
    );
    await slack.approve('bob', inSlack);
    await told(slack, inSlack, result);
    assert.equal(scene.posts().length, 1);
  });
});
