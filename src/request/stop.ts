import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import type { Person } from '../people/person.js';
import { stopRefusal } from '../policy/stoppers.js';
import type { Stop } from '../store/control.js';
import { clip } from '../view/clip.js';
import type { Note } from '../view/model.js';
import * as says from '../view/stopped.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { whisper } from './effects.js';
import { directToGroups } from './tell-owners.js';

export interface StopAsked {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly reason: string;
}

export interface ResumeAsked {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly reason?: string;
}

/** It is repeated in every thread that is held. */
const longestReason = 500;

type World = Pick<Context, 'store' | 'platforms' | 'policy' | 'policyNow' | 'now' | 'wake'>;

/**
 * The kill switch. Once this is stored no restriction is sent by any replica, whatever was approved; releases and cancellations still
 * are. What Defender has already is not recalled: the answer lists it. The switch, its audit event and all messages are one transaction.
 */
export async function stop(world: World, asked: StopAsked): Promise<void> {
  const { key, person, origin, reason } = asked;
  for (;;) {
    const policy = await world.policyNow();
    const refusal = stopRefusal(policy, person);
    if (refusal !== undefined)
      return turnAway(world, asked, says.notStopped(refusal), 'cordon.stop-refused', { reason });
    const { version, stopped, stop: present } = await world.store.switch();
    if (stopped && present !== undefined) {
      return turnAway(world, asked, says.stoppedAlready(present), 'cordon.stop-repeated', { reason });
    }
    const now: Stop = { by: person, at: world.now(), reason: clip(reason, longestReason) };
    const told = await directToGroups(world, policy, policy.owners, says.ownersStopped(now), person);
    const stored = await world.store.setSwitch(version, now, (underWay) => ({
      audit: [
        {
          at: now.at,
          what: 'cordon.stop',
          actor: personActor(person),
          detail: {
            reason,
            policy: policy.revision,
            running: underWay.running.map(({ id }) => id),
            runningTotal: underWay.runningTotal,
            held: underWay.heldTotal,
          },
        },
      ],
      deliveries: [whisper(person.account, origin, says.stopped(underWay), key), ...told],
      settles: key,
    }));
    if (!stored) continue;
    world.wake('deliver');
    world.wake('dispatch');
    return;
  }
}

/** Ends the stop. What was held goes on by itself, each Request after people and policy were asked anew. */
export async function resume(world: World, asked: ResumeAsked): Promise<void> {
  const { key, person, origin, reason } = asked;
  const why = reason === undefined ? {} : { reason };
  for (;;) {
    const policy = await world.policyNow();
    const refusal = stopRefusal(policy, person);
    if (refusal !== undefined) return turnAway(world, asked, says.notResumed(refusal), 'cordon.resume-refused', why);
    const { version, stopped, stop: ended } = await world.store.switch();
    if (!stopped) return turnAway(world, asked, says.notStoppedNow(), 'cordon.resume-repeated', why);
    const at = world.now();
    const told = await directToGroups(world, policy, policy.owners, says.ownersResumed(person, at, reason), person);
    const stored = await world.store.setSwitch(version, undefined, ({ heldTotal }) => ({
      audit: [
        {
          at,
          what: 'cordon.resume',
          actor: personActor(person),
          detail: { ...why, policy: policy.revision, held: heldTotal, stoppedBy: ended?.by.id, stoppedAt: ended?.at },
        },
      ],
      deliveries: [whisper(person.account, origin, says.resumed(heldTotal, ended), key), ...told],
      settles: key,
    }));
    if (!stored) continue;
    world.wake('deliver');
    world.wake('dispatch');
    return;
  }
}

function turnAway(
  world: World,
  { key, person, origin }: ResumeAsked,
  note: Note,
  what: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const event = { at: world.now(), what, actor: personActor(person), detail };
  return answer(world, { key, account: person.account, origin }, note, { audit: [event] });
}
