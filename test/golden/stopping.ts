import type { MachineAction } from '../../src/defender/machine-action.js';
import type { Cancelling, Doubt, Request } from '../../src/request/request.js';
import * as cancelling from '../../src/view/cancelling.js';
import { cardOf } from '../../src/view/card.js';
import * as doubt from '../../src/view/doubt.js';
import type { Card, Note } from '../../src/view/model.js';
import * as notes from '../../src/view/notes.js';
import { place, request } from '../store/examples.js';
import { machine, person } from '../support.js';

/** Cards and notes of calls in doubt and of cancelled actions, drawn from Requests as the core does; times are fixed. */

const portalUrl = 'https://security.microsoft.com';
const sentAt = Date.UTC(2026, 10, 23, 9, 30);

const action: MachineAction = {
  id: '78d408d1-384c-4c19-8b57-ba39e378011a',
  type: 'RestrictCodeExecution',
  status: 'Pending',
  machineId: machine().id,
  computerDnsName: 'mymachine1.contoso.com',
  requestor: 'admin@contoso.com',
  requestorComment: null,
  creationDateTimeUtc: '2026-11-23T09:30:04.1234567Z',
  lastUpdateDateTimeUtc: null,
  cancellationRequestor: null,
  cancellationComment: null,
  errorHResult: 0,
};
const wish: Cancelling = {
  by: person('UBOB'),
  at: sentAt + 60_000,
  reason: 'wrong device, see the thread',
  attempts: 1,
};
const silent: Doubt = {
  answer: 'no answer in time',
  seen: { what: 'no answer', because: 'an internal error of Defender' },
};
const unmarked: Doubt = { ...silent, seen: { what: 'unmarked', action } };

function sentRequest(over: Partial<Request>): Request {
  return request({ sentAt, attempts: 1, quorum: 0, approvers: ['soc-leads'], ...over });
}

const submitted = sentRequest({ state: 'submitted', machineAction: action, submittedAt: sentAt });
const lost = sentRequest({
  state: 'unknown',
  attempts: 2,
  doubt: silent,
  places: request().places.map((each) => ({ ...each, doubtTokens: { sent: 'c2VudA', again: 'YWdhaW4' } })),
});
const cancelled = { ...action, status: 'Cancelled', cancellationRequestor: 'Cordon', cancellationComment: '[Cordon 7K3M-9Q2X]' };

export const stoppingCards: Readonly<Record<string, Card>> = Object.fromEntries(
  Object.entries({
    'in doubt': lost,
    'in doubt unmarked': { ...lost, attempts: 1, doubt: unmarked },
    'taken for sent': sentRequest({
      state: 'submitted',
      assumedSent: true,
      resolved: { by: person('UBOB'), at: sentAt + 90_000, decision: 'sent' },
    }),
    'to be cancelled': { ...submitted, cancelling: wish },
    'cancel taken': { ...submitted, cancelling: { ...wish, answer: 'taken' as const } },
    'cancelled by wish': { ...submitted, state: 'cancelled' as const, machineAction: cancelled, cancelling: wish },
    'called off': sentRequest({ state: 'cancelled', cancelling: wish }),
  }).map(([name, each]) => [name, cardOf(each, portalUrl, place)]),
);

export const stoppingNotes: Readonly<Record<string, Note>> = {
  'in doubt': doubt.cannotTell(lost, silent, portalUrl),
  'in doubt unmarked': doubt.seenSince(lost, unmarked, portalUrl),
  'cancel asked': cancelling.cancelAsked(submitted, wish),
  'cancel taken': cancelling.cancelTaken(action),
  'cancel given up': cancelling.cancelGivenUp(submitted, 5),
  'cancelled by wish': notes.settled({ ...submitted, cancelling: wish }, cancelled),
  'cancel too late': notes.settled({ ...submitted, cancelling: wish }, { ...action, status: 'Succeeded' }),
};
