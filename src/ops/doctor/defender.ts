/**
 * Whether Defender lets Cordon do what it is for, found out without doing any of it. Guarantees: it reads one row of each list, and its
 * POSTs name a machine and an action that cannot exist (ids of zeros alone, which no hash and no random GUID is), so that Defender can
 * only refuse them; none is repeated after an answer was lost; in a dry run none leaves; none is made where the quota is nearly used up.
 * It does not prove that a real call would work: a device may be too old, or the feature switched off for it.
 */
import { DefenderError } from '../../defender/errors.js';
import { answerWithinMs } from '../../defender/quota.js';
import type { Operation } from '../../defender/defender.js';
import { operationFacts } from '../../defender/operation.js';
import { readMachineAction } from '../../defender/parse.js';
import { createTransport, type Transport } from '../../defender/transport.js';
import type { Call } from '../../defender/throttle.js';
import { type Check, type Outcome, failed, inWords, noConnection, ok, Skip, warning } from './check.js';
import { howToGrant } from './grant.js';
import type { CheckId } from './ids.js';

export const madeUpMachine = '0'.repeat(40);
export const madeUpAction = '00000000-0000-0000-0000-000000000000';

const comment =
  'Cordon doctor: whether Cordon may make this call, asked with an id that no device and no action has. Nothing is to be done.';

export interface DefenderDoctorOptions {
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** Throws a `Skip` where there is none. */
  readonly token: () => Promise<string>;
  readonly userAgent: string;
  readonly dryRun: boolean;
  /** Unix ms. */
  readonly now: () => number;
  /** Why no call of this operation is to be made now; undefined where there is room. */
  readonly noRoom: (operation: Operation) => Promise<string | undefined>;
}

interface Probe {
  readonly id: CheckId;
  readonly title: string;
  readonly operation: Operation;
  readonly ask: (transport: Transport, call: Call) => Promise<unknown>;
}

const machines = `/api/machines/${madeUpMachine}`;

const probes: readonly Probe[] = [
  {
    id: 'defender.machines',
    title: 'Reading devices',
    operation: 'listMachines',
    ask: (transport) => transport.get('listMachines', '/api/machines?$top=1'),
  },
  {
    id: 'defender.actions',
    title: 'Reading actions',
    operation: 'listMachineActions',
    ask: (transport) => transport.get('listMachineActions', '/api/machineactions?$top=1'),
  },
  post('defender.restrict', 'Restricting app execution', 'restrictCodeExecution', `${machines}/restrictCodeExecution`),
  post(
    'defender.release',
    'Removing the restriction',
    'unrestrictCodeExecution',
    `${machines}/unrestrictCodeExecution`,
  ),
  post('defender.cancel', 'Cancelling an action', 'cancelMachineAction', `/api/machineactions/${madeUpAction}/cancel`),
];

function post(id: CheckId, title: string, operation: Operation, path: string): Probe {
  return {
    id,
    title,
    operation,
    ask: (transport, call) => transport.post(operation, path, { Comment: comment }, call),
  };
}

export function defenderChecks(options: DefenderDoctorOptions): Check[] {
  const { token, now, noRoom } = options;
  /** Counted nowhere: see the decision of 2026-11-25 about the doctor. */
  const call = (): Call => ({ leaveBy: now() + 15_000, done: () => Promise.resolve() });
  const transport = createTransport({
    ...options,
    gate: () => Promise.resolve(call()),
    onThrottled: () => Promise.resolve(),
    timeoutMs: answerWithinMs,
    logger: { debug: () => undefined, warn: () => undefined },
  });
  return probes.map(({ id, title, operation, ask }) => ({
    id,
    area: 'defender',
    title,
    timeoutMs: 60_000,
    run: async () => {
      if (options.dryRun && operationFacts[operation].writes) {
        throw new Skip('CORDON_DRY_RUN is on, so nothing but questions is sent: entra.roles has to do.');
      }
      await token();
      const full = await noRoom(operation);
      if (full !== undefined) throw new Skip(full, 'Run cordon doctor again when Cordon is less busy.');
      try {
        return judgeAnswer(operation, await ask(transport, call()));
      } catch (error) {
        if (!(error instanceof DefenderError)) throw error;
        return judgeRefusal(operation, error, options.baseUrl);
      }
    },
  }));
}

function judgeAnswer(operation: Operation, answer: unknown): Outcome {
  if (!operationFacts[operation].writes) return ok('Defender answers.');
  const action = readMachineAction(answer)?.id ?? 'without an id';
  return failed(
    `Defender TOOK a call (${operation}) about an id of zeros alone, which nothing has, and answers with the action ${action}.`,
    'Look for that action in the Action center of the Defender portal and cancel it there; report this to Microsoft and to whoever maintains Cordon.',
  );
}

function judgeRefusal(operation: Operation, error: DefenderError, baseUrl: string): Outcome {
  const { permission, aim, writes } = operationFacts[operation];
  const text = inWords(error);
  switch (error.code) {
    case 'ResourceNotFound':
    case 'NotFound':
      return writes
        ? ok('Cordon may: Defender looked for the made-up id and has nothing with it.')
        : ok('Defender answers; it has nothing yet.');
    case 'InvalidInput':
    case 'BadRequest':
      if (writes) return ok(`Cordon may: Defender refuses the made-up id only (${error.code}).`);
      break;
    case 'Forbidden':
      return failed(`Defender does not let Cordon ${aim} (403).`, grant(permission));
    case 'Unauthorized':
      return failed('Defender does not accept Cordon’s token (401).', text);
    case 'DisabledFeature':
    case 'DisallowedOperation':
      return failed(`Defender answers ${error.code} when asked to ${aim}.`, text);
    case 'TooManyRequests':
      return warning(
        `Defender takes no more calls of this kind for now (429), so nobody can tell.`,
        'Run cordon doctor again in some minutes; other tools must not share Cordon’s app registration.',
      );
    case 'unexpected_answer':
      return failed(
        `Something other than Defender answers at ${baseUrl}: ${error.message}.`,
        'Check DEFENDER_API_URL, and any proxy in between.',
      );
    case 'network_failure':
    case 'timed_out':
      return failed(
        `Defender cannot be reached at ${baseUrl}: ${error.cause === undefined ? error.message : noConnection(error.cause)}.`,
        'Check DEFENDER_API_URL and DEFENDER_CLOUD, DNS, proxy and firewall.',
      );
    case 'InternalServerError':
      return failed(
        `Defender, or a gateway in front of it at ${baseUrl}, has an error of its own (${error.status ?? 500}).`,
        `Run cordon doctor again in some minutes; where it stays like this, ask Microsoft${error.target === undefined ? '' : ` about the correlation id ${error.target}`}.`,
      );
    default:
  }
  return failed(`Defender answers ${error.code}.`, text);
}

/** The token is looked at beside this: whether it has the permission is known there. */
function grant(permission: string): string {
  return `If entra.roles misses it too: ${howToGrant([permission])} (A managed identity: as entra.roles says.) If entra.roles is well, Defender itself refuses: check DEFENDER_SCOPE and DEFENDER_CLOUD, and that the tenant has Defender for Endpoint Plan 2.`;
}
