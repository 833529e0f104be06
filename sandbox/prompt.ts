import type { Sandbox } from './boot.js';
import type { DefenderFaultKind } from './defender.js';
import type { Done, Seat } from './seat.js';
import { slackSeat } from './slack/seat.js';
import { teamsSeat } from './teams/seat.js';

export const usage = `What you can type:
  /restrict <device> <comment>   ask, as the person you are (also /release, /cordon <anything>)
  @cordon <anything>             the same by mention, in the thread of the newest card
  dm <anything>                  the same in a direct message
  approve [id]                   press the Approve button of a card (the newest one without an id)
  deny [id] <reason>             press Deny and give the reason
  status                         where things stand
  teams, slack                   go to the other platform; with a line behind it, only for that line: teams approve
  as <person>                    be somebody else: alice, bob, carol, dave, gina (a guest), mallory (another company), erin (in Teams)
  in <channel>                   go to another channel: inc-4711, soc-approvals, war-room
  devices                        the devices in Defender and whether they are restricted
  fault <kind> [operation]       the next Defender call goes wrong: 429, 500, 503, html, timeout, reset, lost answer
  help, quit
Try:  /restrict desktop-5o2hkn5 beacon to 203.0.113.9 after a phishing mail
      as bob
      teams approve`;

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

/** One person at a keyboard: each line becomes an authenticated request to Cordon, as Slack or Teams would send it. */
export class Prompt {
  readonly #seats: { readonly slack: Seat; readonly teams?: Seat };
  #seat: Seat;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly print: (line: string) => void,
  ) {
    this.#seats = { slack: slackSeat(sandbox), ...(sandbox.hasTeams ? { teams: teamsSeat(sandbox) } : {}) };
    this.#seat = this.#seats.slack;
  }

  get label(): string {
    return this.#seat.label;
  }

  /** Carries out one line. False when it says to stop. */
  async line(text: string): Promise<boolean> {
    const [word, rest] = splitWord(text);
    if (word !== 'slack' && word !== 'teams') return this.#do(word, rest);
    const before = this.#seat;
    const wanted = this.#seats[word];
    if (wanted === undefined) {
      this.print('  Teams is the Agents Playground here: act there.');
      return true;
    }
    this.#seat = wanted;
    if (rest === '') return true;
    const goOn = await this.#do(...splitWord(rest));
    this.#seat = before;
    return goOn;
  }

  async #do(word: string, rest: string): Promise<boolean> {
    const seat = this.#seat;
    const [, slash] = /^\/(restrict|release|cordon)$/.exec(word) ?? [];
    if (slash === 'cordon') await this.#answer(() => seat.command(...splitWord(rest)));
    else if (slash !== undefined) await this.#answer(() => seat.command(slash, rest));
    else if (word.toLowerCase() === '@cordon') await this.#answer(() => seat.mention(rest));
    else if (word === 'dm') await this.#answer(() => seat.direct(rest));
    else if (word === 'status' || word === 'list' || word === 'history')
      await this.#answer(() => seat.command(word, rest));
    else if (word === 'approve') await this.#answer(() => seat.approve(rest));
    else if (word === 'deny') await this.#deny(seat, rest);
    else if (word === 'as') this.#become(rest.toLowerCase());
    else if (word === 'in') this.#go(rest.replace(/^#/, ''));
    else if (word === 'devices') this.#devices();
    else if (word === 'fault') this.#fault(rest);
    else if (word === 'quit' || word === 'exit') return false;
    else if (word !== '') this.print(usage);
    return true;
  }

  async #deny(seat: Seat, rest: string): Promise<void> {
    const [, id = '', reason = rest] = /^#?([0-9a-z]{4}-?[0-9a-z]{4})(?:\s+(.*))?$/i.exec(rest) ?? [];
    await this.#answer(() => seat.deny(id, reason));
  }

  async #answer(act: () => Promise<Done>): Promise<void> {
    try {
      const { status } = await act();
      if (status !== 200) this.print(`  Cordon answered HTTP ${status}.`);
    } catch (error) {
      this.print(`  ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The same human on both platforms, where they are on both. */
  #become(login: string): void {
    const here = this.#seat.become(login);
    if (!here) this.print(`  Nobody here is called ${login}.`);
    else for (const seat of Object.values(this.#seats)) seat.become(login);
  }

  #go(name: string): void {
    if (!this.#seat.go(name)) this.print(`  There is no channel ${name}.`);
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

function splitWord(text: string): [word: string, rest: string] {
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
  return [word, rest];
}
