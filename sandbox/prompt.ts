import { setTimeout as delay } from 'node:timers/promises';
import type { Sandbox } from './boot.js';
import { sandboxApp, type StoredMessage } from './slack.js';
import { asTyped, buttonsOf } from './slack/door.js';
import type { DefenderFaultKind } from './defender.js';

export const usage = `What you can type:
  /restrict <device> <comment>   ask, as the person you are (also /release, /cordon <anything>)
  @cordon <anything>             the same by mention, in the thread of the newest card
  dm <anything>                  the same in a direct message
  approve [id]                   press the Approve button of a card (the newest one without an id)
  deny [id] <reason>             press Deny and give the reason
  status                         where things stand
  as <person>                    be somebody else: alice, bob, carol, dave, gina (a guest), mallory (another company)
  in <channel>                   go to another channel: inc-4711, soc-approvals, war-room
  devices                        the devices in Defender and whether they are restricted
  fault <kind> [operation]       the next Defender call goes wrong: 429, 500, 503, html, timeout, reset, lost answer
  help, quit
Try:  /restrict desktop-5o2hkn5 beacon to 203.0.113.9 after a phishing mail
      as bob
      approve`;

const faultKinds: readonly DefenderFaultKind[] = [
  '429',
  '500',
  '503',
  'html',
  'empty',
  'timeout',
  'reset',
  'lost answer',
  'no id',
  '401',
  '403',
  'late listing',
];
const waitMs = 5_000;

/** One person at a keyboard: each line becomes a signed request to Cordon, as Slack would send it. */
export class Prompt {
  #user = 'U0ALICE';
  #channel = 'C0INC4711';

  constructor(
    private readonly sandbox: Sandbox,
    private readonly print: (line: string) => void,
  ) {}

  /** `alice #inc-4711>` */
  get label(): string {
    const { workspace } = this.sandbox.slack;
    return `${workspace.user(this.#user).name} #${workspace.findChannel(this.#channel)?.name ?? this.#channel}> `;
  }

  /** Carries out one line. False when it says to stop. */
  async line(text: string): Promise<boolean> {
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
    const slash = /^\/(restrict|release|cordon)$/.exec(word);
    if (slash) await this.#slash(word, rest);
    else if (word.toLowerCase() === '@cordon') await this.#mention(rest);
    else if (word === 'dm')
      await this.#answer(this.sandbox.door().directMessage({ user: this.#user, text: asTyped(rest) }));
    else if (word === 'status' || word === 'list' || word === 'history') await this.#slash('/cordon', text.trim());
    else if (word === 'approve') await this.#approve(rest);
    else if (word === 'deny') await this.#deny(rest);
    else if (word === 'as') this.#become(rest);
    else if (word === 'in') this.#go(rest);
    else if (word === 'devices') this.#devices();
    else if (word === 'fault') this.#fault(rest);
    else if (word === 'quit' || word === 'exit') return false;
    else if (word !== '') this.print(usage);
    return true;
  }

  async #slash(command: string, text: string): Promise<void> {
    await this.#answer(
      this.sandbox.door().slashCommand({ user: this.#user, channel: this.#channel, command, text: asTyped(text) }),
    );
  }

  async #mention(text: string): Promise<void> {
    const card = this.#cards().at(-1);
    const thread =
      card === undefined || card.channel !== this.#channel
        ? {}
        : { thread_ts: card.message.thread_ts ?? card.message.ts };
    await this.#answer(
      this.sandbox.door().mention({ user: this.#user, channel: this.#channel, text: asTyped(text), ...thread }),
    );
  }

  async #approve(rest: string): Promise<void> {
    const message = await this.#cardFor(rest.trim());
    if (message) await this.#answer(this.sandbox.door().press({ user: this.#user, message, label: 'Approve' }));
  }

  async #deny(rest: string): Promise<void> {
    const [, id = '', reason = rest] = /^#?([0-9a-z]{4}-?[0-9a-z]{4})(?:\s+(.*))?$/i.exec(rest.trim()) ?? [];
    const message = await this.#cardFor(id);
    if (!message) return;
    await this.#answer(this.sandbox.door().press({ user: this.#user, message, label: 'Deny' }));
    const view = await this.#soon(() => this.sandbox.slack.openViews(this.#user).at(-1));
    if (!view) this.print('  Cordon opened no form for the reason.');
    else await this.#answer(this.sandbox.door().submitView({ user: this.#user, view, values: { reason } }));
  }

  /** Messages of Cordon that have an Approve button, oldest first. */
  #cards(): StoredMessage[] {
    const { slack } = this.sandbox;
    return slack.workspace
      .channels()
      .flatMap((channel) => slack.messages(channel.id))
      .filter(
        (stored) =>
          stored.message.user === sandboxApp.botUser &&
          buttonsOf(stored).some(({ button }) => labelOf(button) === 'Approve'),
      )
      .sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  }

  async #cardFor(id: string): Promise<StoredMessage | undefined> {
    const wanted = id.replaceAll('-', '').replace(/^#/, '').toUpperCase();
    const find = (): StoredMessage | undefined =>
      this.#cards().findLast((card) => JSON.stringify(card.message).replaceAll('-', '').includes(wanted));
    const card = await this.#soon(find);
    if (!card) this.print(id === '' ? '  No card waits for a decision.' : `  No card of ${id} waits for a decision.`);
    return card;
  }

  /** Waits a little for something that is on its way. */
  async #soon<T>(look: () => T | undefined): Promise<T | undefined> {
    for (let waited = 0; waited < waitMs; waited += 50) {
      const found = look();
      if (found !== undefined) return found;
      await delay(50);
    }
    return undefined;
  }

  async #answer(sent: Promise<{ status: number }>): Promise<void> {
    try {
      const { status } = await sent;
      if (status !== 200) this.print(`  Cordon answered HTTP ${status}.`);
    } catch (error) {
      this.print(`  ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #become(name: string): void {
    const user = this.sandbox.slack.workspace
      .users()
      .find((each) => each.name === name.trim().toLowerCase() && !each.is_bot);
    if (user) this.#user = user.id;
    else this.print(`  Nobody here is called ${name}.`);
  }

  #go(name: string): void {
    const channel = this.sandbox.slack.workspace
      .channels()
      .find((each) => each.name === name.trim().replace(/^#/, '') && each.im === undefined);
    if (channel) this.#channel = channel.id;
    else this.print(`  There is no channel ${name}.`);
  }

  #devices(): void {
    const restricted = this.sandbox.defender.restrictedMachines();
    for (const { id, computerDnsName, osPlatform, healthStatus } of this.sandbox.defender.machines()) {
      const state = restricted.includes(id) ? 'RESTRICTED' : 'free';
      this.print(
        `  ${(computerDnsName ?? '').padEnd(30)} ${osPlatform.padEnd(10)} ${healthStatus.padEnd(9)} ${state.padEnd(11)} ${id}`,
      );
    }
  }

  #fault(text: string): void {
    const kind = faultKinds.findLast((each) => text.trim().startsWith(each));
    if (kind === undefined) {
      this.print(`  Faults: ${faultKinds.join(', ')}.`);
      return;
    }
    this.sandbox.defender.fault({
      kind,
      operation: text.includes('list') ? 'listMachineActions' : 'restrictCodeExecution',
    });
    this.print(`  The next such call gets: ${kind}.`);
  }
}

function labelOf(button: Readonly<Record<string, unknown>>): unknown {
  const { text } = button;
  return typeof text === 'object' && text !== null && 'text' in text ? text.text : undefined;
}
