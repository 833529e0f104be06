import type { Sandbox } from '../../../sandbox/boot.js';
import type { DefenderFault } from '../../../sandbox/defender.js';
import type { Chance } from './chance.js';
import type { Command } from './load.js';

/** What goes wrong with Defender's answers. */
export interface AnswersPlan {
  /** 0 to 1: of the calls that lose their answer after the work was done, every second with an action that is listed late. */
  readonly lost?: number;
  /** 0 to 1: of actions that reads do not find for a while. */
  readonly late?: number;
  /** Every answer that Defender is known to give (docs/reliability.md), in turn, one for each second command. */
  readonly every?: boolean;
}

type Answer = Omit<DefenderFault, 'operation'>;

const quota = 'API calls quota exceeded!';

/** Of the call itself. The words are those that were seen (MicrosoftDocs/microsoft-365-docs#4616, #13047, #6062). */
const ofCalls: readonly (Answer | 'running, refused' | 'running, returned')[] = [
  { kind: '401' },
  { kind: '403' },
  { kind: '404' },
  { kind: '429', retryAfter: 1 },
  { kind: '429', retryAfter: 1, message: `${quota} maximum allowed 1500 per 01:00:00` },
  {
    kind: '429',
    retryAfter: null,
    message: `${quota} Maximum allowed 30 per 00:01:00 for the key Destination+TenantID+AppID. You can send requests again in 2 seconds.`,
  },
  { kind: '500' },
  { kind: 'html' },
  { kind: '503' },
  { kind: 'empty' },
  { kind: 'no id' },
  { kind: 'timeout' },
  { kind: 'reset' },
  { kind: 'lost answer' },
  { kind: 'lost and late' },
  { kind: 'late listing' },
  'running, refused',
  'running, returned',
];

/** Of the reads by which Cordon follows an action, and searches for one. */
const ofReads: readonly Answer[] = [
  { kind: '401' },
  { kind: '429', retryAfter: 1 },
  { kind: '500' },
  { kind: 'html' },
  { kind: '503' },
  { kind: 'reset' },
];

/** How long somebody else's action runs, so that Cordon's call meets it. */
const elsewhereMs = 8_000;

/** Orders the answers as commands come; hand it to the load. */
export function orderAnswers(
  { defender }: Pick<Sandbox, 'defender'>,
  plan: AnswersPlan,
  chance: Chance,
): (command: Pick<Command, 'errand' | 'action'>) => void {
  let commands = 0;
  let turn = 0;
  return ({ errand, action }) => {
    commands += 1;
    const operation = action === 'restrict' ? 'restrictCodeExecution' : 'unrestrictCodeExecution';
    const draw = chance.next();
    const { lost = 0, late = 0 } = plan;
    if (draw < lost) defender.fault({ operation, kind: draw < lost / 2 ? 'lost answer' : 'lost and late' });
    else if (draw < lost + late) defender.fault({ operation, kind: 'late listing' });
    if (plan.every !== true || commands % 2 === 1) return;

    const answer = ofCalls[turn % ofCalls.length];
    const read = ofReads[turn % ofReads.length];
    turn += 1;
    if (read !== undefined) defender.fault({ ...read, operation: 'listMachineActions' });
    if (answer === undefined) return;
    if (typeof answer === 'object') {
      defender.fault({ ...answer, operation });
      return;
    }
    defender.setDuplicates(answer === 'running, refused' ? 'refuse' : 'return');
    if (action === 'restrict') defender.beginElsewhere(errand.machineId, elsewhereMs);
  };
}
