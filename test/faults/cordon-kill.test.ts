import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { boot, type Sandbox } from '../../sandbox/boot.js';
import { standInMachine } from '../../sandbox/defender.js';
import type { StoredMessage } from '../../sandbox/slack.js';
import { buttonsOf } from '../../sandbox/slack/door.js';
import { eventually } from '../e2e/eventually.js';

const channel = 'C0INC4711';
const kills = 6;
const machines = Array.from({ length: 8 }, (_, index) =>
  standInMachine({ id: String(index).repeat(40), computerDnsName: `pc${index}.contoso.com` }),
);

/** The stand-ins are the judge: they count what arrived, whatever Cordon's own record says. */
describe('Cordon killed again and again', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await boot({
      slack: { rateLimits: false },
      defender: { machines, pace: { pendingMs: 300, inProgressMs: 300 } },
      settings: { CORDON_SETTLE_SECONDS: '5', CORDON_LEASE_SECONDS: '3' },
    });
  });
  after(() => sandbox.close());

  /** Slack tells a person that the app did not answer; the person does it again. */
  const untilTaken = async (act: () => Promise<{ status: number }>): Promise<void> => {
    for (;;) {
      const status = await act().then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) return;
      await delay(50);
    }
  };
  const cardsOf = (name: string): StoredMessage[] =>
    sandbox.slack
      .messages(channel)
      .filter(({ message }) =>
        message.thread_ts === undefined || message.thread_ts === message.ts
          ? message.text.includes(name) && message.blocks?.some(({ type }) => type === 'header')
          : false,
      );
  /** The newest: a process that dies between the post and its record leaves an older one that is updated no more. */
  const cardOf = (name: string): StoredMessage | undefined => cardsOf(name).at(-1);

  it('carries out each request exactly once and brings every card to its end', async () => {
    let over = false;
    const killer = (async () => {
      for (let kill = 0; kill < kills; kill += 1) {
        await delay(50 + Math.random() * 700);
        await sandbox.cordon().stop('SIGKILL');
        await sandbox.restart();
      }
      over = true;
    })();

    await Promise.all(
      machines.map(async ({ computerDnsName }) => {
        const name = String(computerDnsName);
        await untilTaken(() =>
          sandbox.door().slashCommand({ user: 'U0ALICE', channel, command: '/restrict', text: `${name} kill test` }),
        );
        const message = await eventually(`the card of ${name}`, () => cardOf(name), 60_000);
        if (buttonsOf(message).length > 0) {
          await untilTaken(() => sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' }));
        }
      }),
    );
    await killer;
    assert.ok(over);
    await eventually(
      'all devices restricted',
      () => sandbox.defender.restrictedMachines().length === machines.length,
      60_000,
    );
    await eventually(
      'all cards at their end',
      () => machines.every(({ computerDnsName }) => cardOf(String(computerDnsName))?.message.text.includes('Done')),
      60_000,
    );
    const created = sandbox.defender.calls.filter((call) => call.created);
    assert.equal(created.length, machines.length, 'one action for each request');
    assert.equal(new Set(created.map(({ machineId }) => machineId)).size, machines.length);
  });
});
