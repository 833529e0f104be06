import { machineName } from '../defender/machine.js';
import type { RequestState } from '../request/life.js';
import { displayId, type Request } from '../request/request.js';
import type { Line, Tone } from './inline.js';
import type { Button, Card } from './model.js';
import { actionDone, actionEffect, actionNoun, deviceInline, isAway, lastSeen, people, who } from './say.js';

const tones: Readonly<Record<RequestState, Tone>> = {
  'awaiting approval': 'warning',
  approved: 'progress',
  queued: 'progress',
  sending: 'progress',
  submitted: 'progress',
  succeeded: 'success',
  failed: 'danger',
  'timed out': 'danger',
  cancelled: 'neutral',
  denied: 'neutral',
  expired: 'neutral',
  withdrawn: 'neutral',
  refused: 'danger',
  unknown: 'danger',
};

/** The Card of a Request as it stands. Pure: the same Request gives the same Card, on every platform. */
export function cardOf(request: Request): Card {
  return {
    requestId: displayId(request.id),
    action: request.action,
    state: request.state,
    tone: tones[request.state],
    title: `${actionNoun[request.action]}: ${machineName(request.device)}`,
    status: statusLine(request),
    facts: facts(request),
    comment: request.comment,
    effect: actionEffect[request.action],
    story: request.votes.map((vote) => [
      who(vote.person),
      vote.decision === 'approve' ? ' approved ' : ' denied ',
      { at: vote.at },
      ...(vote.reason === undefined ? [] : [`: ${vote.reason}`]),
    ]),
    buttons: request.state === 'awaiting approval' ? voteButtons(request) : [],
  };
}

function voteButtons(request: Request): Button[] {
  return [
    { label: 'Approve', style: 'primary', token: request.tokens.approve },
    {
      label: 'Deny',
      style: 'danger',
      token: request.tokens.deny,
      asks: { title: 'Deny request', label: 'Why? Everybody in the thread will read it.', submit: 'Deny' },
    },
  ];
}

/** One line: where the Request stands. "Restricted" is said at `succeeded` alone. */
export function statusLine(request: Request): Line {
  const status = request.machineAction?.status ?? undefined;
  switch (request.state) {
    case 'awaiting approval':
      return [{ bold: 'Waiting for approval' }, ` ${approvalsSoFar(request)}`];
    case 'approved':
      return [{ bold: 'Approved' }, ', about to be sent to Defender'];
    case 'queued':
      return request.estimate && request.estimate.ahead > 0
        ? [
            { bold: 'Approved' },
            `, waiting for Defender's call limit: ${request.estimate.ahead} ahead, about `,
            { at: request.estimate.at },
          ]
        : [{ bold: 'Approved' }, ', about to be sent to Defender'];
    case 'sending':
      return [{ bold: 'Being sent to Defender' }, ': not confirmed yet'];
    case 'submitted':
      return [
        { bold: 'Submitted to Defender' },
        status === undefined ? '' : `: ${status}`,
        isAway(request.device) ? '. Will apply when the device returns' : ', not confirmed by the device yet',
      ];
    case 'succeeded':
      return [{ bold: 'Done' }, `: Defender confirms that ${actionDone[request.action]}`];
    case 'failed':
      return [{ bold: 'Failed' }, `: ${request.failure?.text ?? 'Defender reports Failed'}`];
    case 'timed out':
      return [{ bold: 'Timed out' }, ': Defender gave up waiting for the device'];
    case 'cancelled':
      return [{ bold: 'Cancelled in Defender' }, ': nothing was changed by this action'];
    case 'denied':
      return [{ bold: 'Denied' }, ': nothing was sent to Defender'];
    case 'expired':
      return [{ bold: 'Expired' }, ' without enough approvals: nothing was sent to Defender'];
    case 'withdrawn':
      return [{ bold: 'Withdrawn' }, ' by the requester: nothing was sent to Defender'];
    case 'refused':
      return [{ bold: 'Refused' }, `: ${request.failure?.text ?? 'the policy does not allow it'}`];
    case 'unknown':
      return [
        { bold: 'Not known' },
        ' whether Defender has the call. Cordon keeps asking; check the Action center before you act by hand',
      ];
  }
}

/** `(1 of 2 approvals)`; says so when the stored quorum is missing, because then no vote can ever finish it. */
export function approvalsSoFar(request: Request): string {
  if (request.quorum === undefined) return '(no quorum stored: it cannot be approved)';
  const approvals = request.votes.filter(
    (vote) => vote.decision === 'approve' && vote.revision === request.revision,
  ).length;
  return `(${approvals} of ${request.quorum} ${request.quorum === 1 ? 'approval' : 'approvals'})`;
}

function facts(request: Request): Card['facts'] {
  const { device } = request;
  const seen = lastSeen(device);
  const approved = request.votes.filter((vote) => vote.decision === 'approve').map((vote) => vote.person);
  const list: { label: string; value: Line }[] = [
    { label: 'Requested by', value: [who(request.requester)] },
    { label: 'Device', value: [deviceInline(device)] },
    { label: 'System', value: [[device.osPlatform, device.version].filter(Boolean).join(' ') || 'not known'] },
    { label: 'Health', value: [device.healthStatus ?? 'not known', ...(seen ? [', last report ', seen] : [])] },
    { label: 'Device group', value: [device.rbacGroupName ?? 'none'] },
    { label: 'Risk', value: [device.riskScore ?? 'not known'] },
  ];
  if (approved.length > 0) list.push({ label: 'Approved by', value: people(approved) });
  else
    list.push({
      label: 'May approve',
      value: [request.approvers.length > 0 ? request.approvers.join(', ') : 'no approval needed'],
    });
  if (request.state === 'awaiting approval') list.push({ label: 'Expires', value: [{ at: request.expiresAt }] });
  if (request.machineAction) list.push({ label: 'MachineAction', value: [{ code: request.machineAction.id }] });
  list.push({ label: 'Request', value: [{ code: displayId(request.id) }] });
  return list;
}
