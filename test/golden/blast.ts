import type { Ceiling } from '../../src/policy/policy.js';
import type { Held, Request } from '../../src/request/request.js';
import type { Stop } from '../../src/store/control.js';
import { cardOf } from '../../src/view/card.js';
import * as dryRun from '../../src/view/dry-run.js';
import type { Card, Note } from '../../src/view/model.js';
import * as stopped from '../../src/view/stopped.js';
import { place, request } from '../store/examples.js';
import { machine, person } from '../support.js';

/** Cards and notes of the kill switch, of ceilings and of dry runs, drawn from Requests as the core does; times are fixed. */

const portalUrl = 'https://security.microsoft.com';
const at = Date.UTC(2026, 10, 25, 9, 30);

const stop: Stop = { by: person('UBOB'), at, reason: 'a playbook asks for every device <!channel>' };
const held: Held = { at, why: 'stopped', stop };
const queued = request({ state: 'queued', queuedAt: at, dueAt: undefined, createdAt: at, quorum: 0 });
const ceiling: Ceiling = {
  name: 'burst',
  per: 'person',
  groups: [],
  devices: 10,
  withinMs: 600_000,
  then: { approvals: 1, from: ['soc-leads'] },
  tell: true,
};
const running = request({ id: 'AAAA1111', state: 'submitted' });

function drawn(over: Partial<Request>): Card {
  return cardOf({ ...queued, ...over }, portalUrl, place);
}

export const blastCards: Readonly<Record<string, Card>> = {
  held: drawn({ held }),
  'held unreadable': drawn({ held: { at, why: 'stopped' } }),
  'held by a dry run': drawn({ held: { at, why: 'dry run' } }),
  'above a ceiling': drawn({
    state: 'awaiting approval',
    quorum: 2,
    expiresAt: at + 3_600_000,
    extra: [
      'Ceiling “burst”: this is device 11 in 10 minutes by one person, and more than 10 devices is above it.',
    ],
  }),
  'dry run waiting': drawn({ state: 'awaiting approval', quorum: 1, dryRun: true, expiresAt: at + 3_600_000 }),
  'dry run rehearsed': drawn({ state: 'rehearsed', dryRun: true }),
};

export const blastNotes: Readonly<Record<string, Note>> = {
  stopped: stopped.stopped({ running: [running], runningTotal: 1, held: Array(12).fill(queued) as Request[], heldTotal: 40 }),
  'stopped with nothing under way': stopped.stopped({ running: [], runningTotal: 0, held: [], heldTotal: 0 }),
  resumed: stopped.resumed(2, stop),
  'owners stopped': stopped.ownersStopped(stop),
  'owners resumed': stopped.ownersResumed(person('UANN'), at, 'a drill'),
  held: stopped.held(held),
  'not now': stopped.notNow(stop),
  'ceiling crossed': stopped.ceilingCrossed({ ceiling, devices: 11, whose: 'x' }, person('URIA'), machine()),
  rehearsed: dryRun.marked({ dryRun: true }, dryRun.rehearsed({ ...queued, dryRun: true }, undefined)),
};
