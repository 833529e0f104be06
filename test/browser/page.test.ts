import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launch } from './browser.js';
import { picture } from './picture.js';
import { Stage } from './stage.js';

const command = '/restrict desktop-5o2hkn5 beacon to 203.0.113.9 after a phishing mail';
const done = 'app execution is restricted';

describe('the sandbox page in a browser', function () {
  this.timeout(90_000);
  let browser: Browser | undefined;
  let stage: Stage;
  before(async function () {
    browser = await launch(this);
  });
  after(() => browser?.close());
  const open = async (
    ...with_: Parameters<typeof Stage.open> extends [unknown, ...infer Rest] ? Rest : never
  ): Promise<void> => {
    stage = await Stage.open(browser!, ...with_);
  };
  afterEach(async () => {
    assert.deepEqual(stage.troubles, []);
    await stage.close();
  });

  it('a request made in Slack is approved in Teams, and both threads end with the result', async () => {
    await open();
    const { slack, teams, defender } = stage;
    await stage.say(slack, command);
    await slack.getByText('Waiting for approval').waitFor();
    await stage.become('teams', 'Bob Lead');
    await stage.go(teams, /soc-approvals/);
    await teams.getByRole('button', { name: 'Approve' }).click();
    await defender.locator('[data-testid="device"][data-state="restricted"]').waitFor();
    await slack.getByText(`Defender confirms that ${done}`).waitFor();
    await teams.getByText(`Defender confirms that ${done}`).waitFor();
    await slack.getByRole('button', { name: /replies/ }).click();
    await slack.getByText(`(Defender reports Succeeded): ${done}`).waitFor();
    await teams.getByRole('button', { name: /replies/ }).click();
    await teams.getByText(`(Defender reports Succeeded): ${done}`).waitFor();
    await picture(stage.page, 'page');
    assert.equal(stage.posts(), 1);
  });

  it('a denial asks for its reason, in Slack and in Teams, and tells it to everybody', async () => {
    await open();
    const { slack, teams, page } = stage;
    await stage.say(slack, command);
    await stage.become('slack', 'Bob Lead');
    await slack.getByRole('button', { name: 'Deny' }).click();
    const form = page.getByRole('dialog', { name: 'Deny request' });
    await form.getByRole('textbox').fill('a known test machine');
    await form.getByRole('button', { name: 'Deny' }).click();
    await slack.getByText('Denied').first().waitFor();

    await stage.become('slack', 'Alice Analyst');
    await stage.say(slack, '/restrict laptop-sales-12 odd logons');
    await stage.become('teams', 'Bob Lead');
    await stage.go(teams, /soc-approvals/);
    await teams.getByRole('button', { name: 'Deny', exact: true }).click();
    await teams.getByRole('button', { name: 'Deny', exact: true }).last().click();
    await teams.getByText('A reason is needed').or(teams.locator('.ac-input-validation-failed')).first().waitFor();
    await teams.getByRole('textbox', { name: /Why/ }).fill('on a business trip');
    await teams.getByRole('button', { name: 'Deny', exact: true }).last().click();
    await teams.getByText('on a business trip').first().waitFor();
    await slack.getByText('on a business trip').first().waitFor();
    assert.equal(stage.posts(), 0);
  });

  it('an outsider is refused, alone, on both platforms', async () => {
    await open();
    const { slack, teams } = stage;
    await stage.say(slack, command);
    await slack.getByText('Waiting for approval').waitFor();
    await stage.become('slack', 'Gina Guest');
    await slack.getByRole('button', { name: 'Approve' }).click();
    await slack.getByText('Guests can neither request nor approve').waitFor();
    await stage.become('slack', 'Alice Analyst');
    assert.equal(await slack.getByText('Guests can neither request nor approve').count(), 0);

    await stage.become('teams', 'Dave Developer');
    await stage.go(teams, /soc-approvals/);
    await teams.getByRole('button', { name: 'Approve' }).click();
    await teams.getByRole('button', { name: '1 reply' }).click();
    await teams.getByText(/not in soc-leads/).waitFor();
    await teams.getByText('Only you can see this').waitFor();
    assert.equal(stage.posts(), 0);
  });

  it('a double click on both platforms makes one call', async () => {
    await open();
    const { slack, teams, defender } = stage;
    await stage.say(slack, command);
    await slack.getByText('Waiting for approval').waitFor();
    await stage.become('slack', 'Bob Lead');
    await stage.become('teams', 'Bob Lead');
    await stage.go(teams, /soc-approvals/);
    await Promise.all([
      slack.getByRole('button', { name: 'Approve' }).dblclick({ noWaitAfter: true }),
      teams.getByRole('button', { name: 'Approve' }).dblclick({ noWaitAfter: true }),
    ]);
    await defender.locator('[data-testid="machine-action"][data-status="Succeeded"]').waitFor();
    assert.equal(stage.posts(), 1);
    assert.equal(await defender.getByTestId('machine-action').count(), 1);
  });

  it('a fault is told, and Cordon recovers from it without a second action', async () => {
    await open({ settings: { CORDON_SETTLE_SECONDS: '5' } });
    const { slack, defender } = stage;
    await defender.getByRole('switch', { name: /its answer lost/ }).click();
    await stage.say(slack, command);
    await stage.become('slack', 'Bob Lead');
    await slack.getByRole('button', { name: 'Approve' }).click();
    await slack.getByText(`Defender confirms that ${done}`).waitFor({ timeout: 40_000 });
    await slack.getByRole('button', { name: /replies/ }).click();
    await slack.getByText(/it is not known whether it was taken/).waitFor();
    await slack.getByText(/The call had arrived/).waitFor();
    assert.equal(await defender.getByTestId('machine-action').count(), 1);
  });

  it('somebody links their accounts: a code from Slack, typed in Teams', async () => {
    await open();
    const { slack, teams } = stage;
    await stage.say(slack, command);
    await slack.getByText('Waiting for approval').waitFor();
    await stage.become('slack', 'Carol Lead');
    await stage.go(slack, /^Cordon/);
    await stage.say(slack, 'link');
    const told = slack.getByTestId('message').filter({ hasText: 'Type this to me in Teams' });
    const code = /link [0-9A-Z-]+/.exec(await told.innerText())?.[0] ?? 'no code';
    await stage.become('teams', 'Carol Lead');
    await stage.go(teams, /^Cordon/);
    await stage.say(teams, code);
    await teams
      .getByText(/linked/)
      .first()
      .waitFor();
    await slack.getByText(/Carol Lead in Teams/).waitFor();
    assert.equal(stage.posts(), 0);
  });

  it('works with the keyboard alone', async () => {
    await open();
    const { slack, page } = stage;
    const tabTo = async (what: string): Promise<void> => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab');
        const here = await page.evaluate(
          '(({ placeholder, textContent, role, tabIndex }) => role === "log" ? "" : placeholder ?? textContent)(document.activeElement)',
        );
        if (here === what) return;
      }
      assert.fail(`Tab never comes to “${what}”`);
    };
    await tabTo('/restrict <device> <comment>');
    await page.keyboard.type(command);
    await page.keyboard.press('Enter');
    await slack.getByRole('button', { name: 'Approve' }).waitFor();
    await stage.become('slack', 'Bob Lead');
    await page.locator('body').press('Home');
    await tabTo('Approve');
    await page.keyboard.press('Enter');
    await slack
      .getByText(/Submitted to Defender|Done/)
      .first()
      .waitFor();
  });

  for (const [name, look] of [
    ['narrow', { viewport: { width: 400, height: 800 } }],
    ['dark', { colorScheme: 'dark' }],
  ] as const) {
    it(`shows everything in its ${name} form, and nothing is wider than the window`, async () => {
      await open({}, look);
      const { slack, teams, defender, page } = stage;
      await stage.say(slack, command);
      await slack.getByText('Waiting for approval').waitFor();
      const panes = [
        ['Slack', slack],
        ['Teams', teams],
        ['Defender', defender],
      ] as const;
      for (const [title, pane] of panes) {
        if (name === 'narrow') await page.getByRole('tab', { name: new RegExp(`^${title}`) }).click();
        await pane.waitFor();
        if (title === 'Teams') await stage.go(teams, /soc-approvals/);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(overflow, 0, title);
      }
    });
  }
});
