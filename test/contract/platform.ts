import assert from 'node:assert/strict';
import { devices } from '../../sandbox/cast.js';
import { eventually } from '../e2e/eventually.js';
import type { Scene } from '../e2e/scene.js';
import type { Driver, Shown } from './platform-driver.js';

const device = devices[0]!;
const request = `restrict ${String(device.computerDnsName)} beacon to 203.0.113.9`;
const result = /app execution is restricted/;

/**
 * What every chat platform does for its people, seen from outside: real requests with real signatures in, a stand-in of the platform's
 * own interface out. `open` starts a Cordon of its own for each test.
 */
export function platformContract(
  name: string,
  open: () => Promise<{ readonly scene: Scene; readonly driver: Driver }>,
): void {
  describe(`${name}: what every platform does`, function () {
    this.timeout(60_000);
    let scene: Scene;
    let driver: Driver;
    beforeEach(async () => {
      ({ scene, driver } = await open());
    });
    afterEach(() => scene.close());

    const cardOf = (): Promise<Shown> => eventually('a card with buttons', () => driver.card());
    const ask = async (): Promise<Shown> => {
      await driver.say('alice', request);
      return cardOf();
    };
    const reply = (card: Shown, words: RegExp): Promise<true> =>
      eventually(
        `${String(words)} in the thread`,
        () => driver.replies(card).some((text) => words.test(text)) || false,
      );
    const aside = (who: Parameters<Driver['aside']>[0], words: RegExp): Promise<true> =>
      eventually(
        `${String(words)} for ${who} alone`,
        () => driver.aside(who).some((text) => words.test(text)) || false,
      );

    it('receives a command and announces it with a card that says who, what and why', async () => {
      const card = await ask();
      const words = driver.words(card);
      for (const part of [
        /Restrict app execution/,
        /desktop-5o2hkn5/,
        /beacon to 203\.0\.113\.9/,
        /alice/i,
        /Waiting for approval/,
      ]) {
        assert.match(words, part);
      }
      assert.deepEqual(driver.buttons(card), ['Approve', 'Deny']);
      assert.equal(scene.posts().length, 0);
    });

    it('replies in the thread, updates the card and tells the requester; "restricted" only when Defender has confirmed it', async () => {
      const card = await ask();
      await driver.approve('bob', card);
      await reply(card, /approved/);
      await reply(card, /Submitted to Defender/);
      await reply(card, result);
      const texts = driver.replies(card);
      const confirmed = texts.findIndex((text) => result.test(text));
      assert.ok(texts.slice(0, confirmed).every((text) => !result.test(text)));
      await eventually(
        'the card at its end',
        () => driver.buttons(card).length === 0 && /Done/.test(driver.words(card)),
      );
      await eventually('the direct message', () => driver.directlyTo('alice').some((text) => result.test(text)));
      assert.equal(scene.posts().length, 1);
    });

    it('asks for the reason of a denial and tells it to everybody', async () => {
      const card = await ask();
      await driver.deny('bob', card, 'this is the kiosk in the lobby');
      await reply(card, /denied/);
      await reply(card, /kiosk in the lobby/);
      await eventually('the card without buttons', () => driver.buttons(card).length === 0);
      assert.equal(scene.posts().length, 0);
    });

    it('refuses outsiders: a guest, and a member whom the policy does not name', async () => {
      const card = await ask();
      await driver.approve('gina', card);
      await aside('gina', /Guests can neither request nor approve/);
      await driver.approve('dave', card);
      await aside('dave', /not counted.*not in soc-leads/);
      await driver.approve('alice', card);
      await aside('alice', /not counted.*cannot also decide/);
      assert.equal(scene.posts().length, 0);
      assert.deepEqual(driver.buttons(card), ['Approve', 'Deny']);
    });

    it('bug 15: shows hostile text as it was typed, and pings nobody', async () => {
      const hostile =
        '<!channel> @everyone <at>Everyone</at> [win](https://evil.example) *bold* {{DATE(2026-01-01,LONG)}} \u202Egnp.exe';
      await driver.say('alice', `restrict ${String(device.computerDnsName)} ${hostile}`);
      const card = await cardOf();
      assert.deepEqual(driver.pings(card), []);
      assert.match(driver.words(card), /@everyone/);
      assert.doesNotMatch(driver.words(card), /\u202E/);
    });

    it('bug 16: makes one request and counts one vote when the platform delivers twice', async () => {
      const said = await driver.say('alice', request);
      await said.again();
      const card = await cardOf();
      const pressed = await driver.approve('bob', card);
      await pressed.again();
      await reply(card, result);
      assert.equal(scene.posts().length, 1);
      assert.equal(driver.replies(card).filter((text) => /approved/.test(text)).length, 1);
    });

    it('bug 2: calls once when two approvers press at the same moment, twice each', async () => {
      const card = await ask();
      await Promise.all((['bob', 'carol', 'bob', 'carol'] as const).map((who) => driver.approve(who, card)));
      await reply(card, result);
      assert.equal(scene.posts().length, 1);
    });

    it('bug 17: completes the action when the card was deleted', async () => {
      const card = await ask();
      const pressed = driver.approve('bob', card);
      driver.remove(card);
      await pressed;
      await eventually('the direct message', () => driver.directlyTo('alice').some((text) => result.test(text)));
      assert.equal(scene.posts().length, 1);
    });

    it('catches up in order after an outage of the platform', async () => {
      const card = await ask();
      driver.outage(2);
      await driver.approve('bob', card);
      await reply(card, result);
      const texts = driver.replies(card);
      const order = [/approved/, /Submitted to Defender/, result].map((words) =>
        texts.findIndex((text) => words.test(text)),
      );
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      assert.equal(new Set(texts).size, texts.length, 'nothing was posted twice');
    });

    it('bug 9: shows a pick list to the asker alone and takes the device that was picked', async () => {
      await driver.say('alice', 'restrict kiosk two of them');
      await aside('alice', /2 devices match/);
      await driver.pick('alice', '1');
      const card = await cardOf();
      await driver.approve('bob', card);
      await reply(card, result);
      assert.deepEqual(scene.sandbox.defender.restrictedMachines(), [devices[2]!.id]);
    });

    it('tells a usage error to the one who made it, with an example', async () => {
      await driver.say('alice', 'restrict');
      await aside('alice', /For example/);
    });

    it('answers questions in a direct message', async () => {
      await ask();
      await driver.sayDirectly('alice', 'list');
      await eventually('the list', () => driver.directlyTo('alice').some((text) => /Open requests: 1/.test(text)));
      await driver.sayDirectly('alice', 'help');
      await eventually('the help', () => driver.directlyTo('alice').some((text) => /history/.test(text)));
    });
  });
}
