import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { boot, type BootOptions, type Sandbox } from '../../sandbox/boot.js';
import { sandboxPolicy } from '../../sandbox/cast.js';
import { startPage } from '../../sandbox/page/server.js';

/** The sandbox with its page open in a browser, seen and used as a person does. */
export class Stage {
  readonly slack: Locator;
  readonly teams: Locator;
  readonly defender: Locator;

  private constructor(
    readonly sandbox: Sandbox,
    readonly page: Page,
    /** What went wrong in the page, and every request that left loopback. */
    readonly troubles: readonly string[],
    private readonly closePage: () => Promise<void>,
  ) {
    this.slack = page.locator('[data-pane="slack"]');
    this.teams = page.locator('[data-pane="teams"]');
    this.defender = page.locator('[data-pane="defender"]');
  }

  static async open(browser: Browser, options: BootOptions = {}, look: BrowserContextOptions = {}): Promise<Stage> {
    const pace = { pendingMs: 300, inProgressMs: 300 };
    const sandbox = await boot({
      policy: sandboxPolicy,
      slack: { rateLimits: false },
      teams: { rateLimits: false },
      defender: { pace },
      ...options,
    });
    const served = await startPage({ ...sandbox, teams: sandbox.teams() });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
      locale: 'en-GB',
      ...look,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(served.url) && !request.url().startsWith('data:')) troubles.push(request.url());
    });
    await page.goto(served.url);
    return new Stage(sandbox, page, troubles, async () => {
      await context.close();
      await served.close();
    });
  }

  async become(pane: 'slack' | 'teams', name: string): Promise<void> {
    const select = this.page.getByTestId(`${pane}-person`);
    const label = await select.locator('option').filter({ hasText: name }).first().textContent();
    await select.selectOption({ label: label ?? name });
  }

  async say(pane: Locator, text: string): Promise<void> {
    const box = pane.getByRole('textbox').last();
    await box.fill(text);
    await box.press('Enter');
  }

  async go(pane: Locator, place: RegExp): Promise<void> {
    await pane.getByRole('tab', { name: place }).click();
  }

  posts(): number {
    return this.sandbox.defender.calls.filter(({ operation }) => operation === 'restrictCodeExecution').length;
  }

  async close(): Promise<void> {
    await this.closePage();
    await this.sandbox.close();
  }
}
