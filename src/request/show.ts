import { helpLines } from '../command/help.js';
import type { Command, DeviceRef, Origin } from '../command/model.js';
import type { Machine } from '../defender/machine.js';
import type { Person } from '../people/person.js';
import * as answers from '../view/answers.js';
import { dryRunLine } from '../view/dry-run.js';
import type { Line } from '../view/inline.js';
import { deviceHistory } from '../view/history.js';
import type { Note } from '../view/model.js';
import { deviceInline, note } from '../view/say.js';
import { stoppedLine } from '../view/stopped.js';
import { answer } from './commit.js';
import { explain } from './explain.js';
import type { Context } from './context.js';
import { openStates } from './life.js';

export type Question = Extract<Command, { kind: 'status' | 'explain' | 'list' | 'history' | 'help' }>;

export interface Asked {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly question: Question;
}

type World = Pick<Context, 'store' | 'defender' | 'policy' | 'policyNow' | 'now' | 'dryRun' | 'wake'>;

const listed = 20;
/** Events of a device that its history is told from. */
const lookedAt = 200;

/** Answers a question; nothing changes. Throws what Defender's lookup throws. */
export async function show(world: World, { key, person, origin, question }: Asked): Promise<void> {
  await answer(world, { key, account: person.account, origin }, await answerTo(world, question));
}

async function answerTo(world: World, question: Question): Promise<Note> {
  switch (question.kind) {
    case 'help':
      return note('neutral', ...(world.dryRun ? [dryRunLine] : []), ...helpLines());
    case 'list':
      return openRequests(world);
    case 'history':
      return deviceStory(world, question.device);
    case 'explain':
      return explain(world, question.request);
    case 'status': {
      if (question.about === undefined) return openRequests(world);
      if ('device' in question.about) return deviceStatus(world, question.about.device);
      const request = await world.store.request(question.about.request);
      return request ? answers.requestStory(request) : answers.unknownRequest(question.about.request);
    }
  }
}

async function openRequests({ store, dryRun }: World): Promise<Note> {
  const [requests, total, { stopped, stop }] = await Promise.all([
    store.requestsIn(openStates, listed),
    store.countIn(openStates),
    store.switch(),
  ]);
  const list = answers.requestList(requests, total);
  const first: Line[] = [...(stopped ? [stoppedLine(stop)] : []), ...(dryRun ? [dryRunLine] : [])];
  return { ...list, lines: [...first, ...list.lines] };
}

async function deviceStatus(world: World, ref: DeviceRef): Promise<Note> {
  return aboutOne(world, ref, async (machine) => {
    const [newest] = await world.store.requestsForDevice(machine.id, 1);
    const device = deviceInline(machine);
    if (newest === undefined) return deviceHistory([device], []);
    return note('neutral', ['The newest request for ', device, ':'], answers.requestLine(newest));
  });
}

async function deviceStory(world: World, ref: DeviceRef): Promise<Note> {
  return aboutOne(world, ref, async (machine) => {
    const events = await world.store.auditOf({ deviceId: machine.id }, lookedAt);
    return deviceHistory([deviceInline(machine)], events);
  });
}

/** An answer about the one machine that is meant, or why it is not clear which. */
async function aboutOne(world: World, ref: DeviceRef, tell: (machine: Machine) => Promise<Note>): Promise<Note> {
  const machines = await world.defender.findMachines(ref);
  const [machine] = machines;
  if (machine === undefined) return answers.noDevice(ref);
  return machines.length > 1 ? answers.pickList(ref, machines, [], listed) : tell(machine);
}
