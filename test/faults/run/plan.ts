import { type StandInMachine, standInMachine } from '../../../sandbox/defender.js';
import { type Chance } from './chance.js';

/** What one person wants of one device, and what becomes of it. `pair`: restrict, then release as soon as that is approved. */
export interface Errand {
  readonly device: string;
  readonly machineId: string;
  readonly platform: 'slack' | 'teams';
  /** How it is said: a slash command or a mention of the bot. */
  readonly how: 'slash' | 'mention';
  readonly kind: 'approve' | 'withdraw' | 'pair';
}

/**
 * `commands` in all, half of them from each platform, each on a device of its own; one in ten is taken back, and one in ten is
 * followed by its opposite (which makes two commands of it).
 */
export function planErrands(commands: number, chance: Chance): Errand[] {
  const errands: Errand[] = [];
  for (let made = 0, index = 0; made < commands; index += 1) {
    const left = commands - made;
    const turn = index % 10;
    const kind = turn === 3 ? 'withdraw' : turn === 7 && left > 1 ? 'pair' : 'approve';
    errands.push({
      device: `pc-${String(index).padStart(4, '0')}.contoso.com`,
      machineId: index.toString(16).padStart(40, '0'),
      platform: index % 2 === 0 ? 'slack' : 'teams',
      how: chance.next() < 0.5 ? 'slash' : 'mention',
      kind,
    });
    made += kind === 'pair' ? 2 : 1;
  }
  return errands;
}

export function machinesOf(errands: readonly Errand[]): StandInMachine[] {
  return errands.map(({ device, machineId }) => standInMachine({ id: machineId, computerDnsName: device }));
}
