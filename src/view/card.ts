import { machineName, type Machine } from '../defender/machine.js';
import type { RequestState } from '../request/life.js';
import { type AnnouncedPlace, displayId, type Place, type Request, samePlace, type Vote } from '../request/request.js';
import { wishLine, wishStatus } from './cancelling.js';
import { evidence, resolutionLine, resolveButtons } from './doubt.js';
import { dryRunWords } from './dry-run.js';
import type { Line, Tone } from './inline.js';
import type { Button, Card } from './model.js';
import { pastLines } from './past.js';
import { heldStatus } from './stopped.js';
import { actionDone, actionEffect, actionNoun, denialForm, isAway, lastSeen, who } from './say.js';

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
  rehearsed: 'neutral',
  unknown: 'danger',
};

/**
 * The Card of a Request in one of its places, as it stands. Pure, and the same everywhere but for what the buttons carry. `portalUrl`
 * is the Defender portal of the cloud, without a trailing slash.
 */
export function cardOf(request: Request, portalUrl: string, place: Place): Card {
  return {
    requestId: displayId(request.id),
    action: request.action,
    state: request.state,
    tone: tones[request.state],
    title: `${actionNoun[request.action]}: ${machineName(request.device)}`,
    status: statusLine(request),
    facts: facts(request, portalUrl),
    comment: request.comment,
    effect: actionEffect[request.action],
    story: [
      ...pastLines(request),
      ...request.votes.filter((vote) => !isPlainApproval(vote)).map(voteLine),
      ...resolutionLine(request),
      ...(request.doubt === undefined ? [] : evidence(request, request.doubt)),
      ...wishLine(request),
    ],
    buttons: buttons(request, place),
  };
}

/** A place that the Request does not have gets none. */
function buttons({ state, doubt, places }: Request, shown: Place): Button[] {
  const place = places.find((each) => samePlace(each, shown));
  if (place === undefined) return [];
  if (state === 'awaiting approval') return voteButtons(place);
  return state === 'unknown' && doubt !== undefined ? resolveButtons(place) : [];
}

function voteButtons({ tokens }: AnnouncedPlace): Button[] {
  return [
    { label: 'Approve', style: 'primary', token: tokens.approve },
    { label: 'Deny', style: 'danger', token: tokens.deny, asks: denialForm },
  ];
}

/** `bob approved today 11:56 PM: and why`. */
export function voteLine(vote: Vote): Line {
  const done = vote.decision === 'approve' ? ' approved ' : ' denied ';
  return [who(vote.person), done, { at: vote.at }, ...(vote.reason === undefined ? [] : [`: ${vote.reason}`])];
}

/** Told among the facts; a vote with words, or against, has a line of its own. */
function isPlainApproval({ decision, reason }: Vote): boolean {
  return decision === 'approve' && reason === undefined;
}

/** One line: where the Request stands. "Restricted" is said at `succeeded` alone. */
export function statusLine(request: Request): Line {
  return request.dryRun === true ? [...dryRunWords, ' ', ...whereItStands(request)] : whereItStands(request);
}

function whereItStands(request: Request): Line {
  const status = request.machineAction?.status ?? undefined;
  switch (request.state) {
    case 'awaiting approval':
      return [{ bold: 'Waiting for approval' }, ` ${approvalsSoFar(request)}, expires `, { at: request.expiresAt }];
    case 'approved':
      return [{ bold: 'Approved' }, request.dryRun === true ? '' : ', about to be sent to Defender'];
    case 'queued':
      if (request.held !== undefined && request.held.over !== true) return heldStatus(request.held);
      if (request.dryRun === true) return [{ bold: 'Approved' }];
      if (request.waitsFor !== undefined) {
        return [
          { bold: 'Approved' },
          ', waiting for ',
          { code: displayId(request.waitsFor) },
          ' on the same device to end',
        ];
      }
      return request.estimate === undefined
        ? [{ bold: 'Approved' }, ', about to be sent to Defender']
        : [
            { bold: 'Approved' },
            `, waiting for Defender's call limit: ${request.estimate.ahead} ahead, leaves about `,
            { at: request.estimate.at },
          ];
    case 'sending':
      return [{ bold: 'Being sent to Defender' }, ': not confirmed yet', wishStatus(request)];
    case 'submitted':
      if (request.machineAction === undefined) {
        return [{ bold: 'Taken for sent' }, ': Defender does not show the action yet', wishStatus(request)];
      }
      return [
        { bold: 'Submitted to Defender' },
        status === undefined ? '' : `: ${status}`,
        isAway(request.device) ? '. Will apply when the device returns' : ', not confirmed by the device yet',
        wishStatus(request),
      ];
    case 'succeeded':
      return [{ bold: 'Done' }, `: Defender confirms that ${actionDone[request.action]}`];
    case 'failed':
      return [{ bold: 'Failed' }, `: ${request.failure?.text ?? 'Defender reports Failed'}`];
    case 'timed out':
      return [{ bold: 'Timed out' }, ': Defender gave up waiting for the device'];
    case 'cancelled':
      if (request.machineAction !== undefined) {
        return [{ bold: 'Cancelled in Defender' }, ': the device is not known to be changed'];
      }
      return request.attempts === 0
        ? [{ bold: 'Cancelled' }, ': nothing was sent to Defender']
        : [{ bold: 'Cancelled' }, ': Defender shows no action of it, and nothing more is sent'];
    case 'denied':
      return [{ bold: 'Denied' }, ': nothing was sent to Defender'];
    case 'expired':
      return [{ bold: 'Expired' }, ' without enough approvals: nothing was sent to Defender'];
    case 'withdrawn':
      return [{ bold: 'Withdrawn' }, ' by the requester: nothing was sent to Defender'];
    case 'refused':
      return [{ bold: 'Refused' }, `: ${request.failure?.text ?? 'the policy does not allow it'}`];
    case 'rehearsed':
      return [{ bold: 'Rehearsed' }, ': would have been sent now'];
    case 'unknown':
      return [
        { bold: 'Not known' },
        ' whether Defender has the call. Approvers decide; nothing is sent by itself meanwhile',
        wishStatus(request),
      ];
  }
}

/** `(1 of 2 approvals)`; says so when the stored quorum is missing, because then no vote can ever finish it. */
export function approvalsSoFar(request: Request): string {
  if (request.quorum === undefined) return '(no quorum stored: it cannot be approved)';
  const approvals = request.votes.filter(
    (vote) => vote.decision === 'approve' && vote.revision === request.revision,
  ).length;
  // Where groups are combined, not every vote fills a place.
  const [, filled = approvals, all = request.quorum] = /^(\d+) of (\d+)/.exec(request.progress ?? '') ?? [];
  return `(${filled} of ${all} ${Number(all) === 1 ? 'approval' : 'approvals'})`;
}

/** First who, then what is known of the device, then the ids by which to find it all again. */
function facts(request: Request, portalUrl: string): Card['facts'] {
  const { device, machineAction } = request;
  const seen = lastSeen(device);
  return [
    { label: 'Requested by', value: [who(request.requester)] },
    ...approval(request),
    ...progress(request),
    ...(request.extra ?? []).map((because) => ({ label: 'More approvals', value: [because] })),
    { label: 'Device', value: [describeDevice(device)] },
    { label: 'Health', value: [device.healthStatus ?? 'not known', ...(seen ? [', last report ', seen] : [])] },
    {
      label: 'Device id',
      value: [{ link: `${portalUrl}/machines/v2/${device.id}`, label: device.id }],
    },
    ...(machineAction ? [{ label: 'MachineAction', value: [{ code: machineAction.id }] }] : []),
    { label: 'Request', value: [{ code: displayId(request.id) }] },
  ];
}

/** Who approved and when, or who may: said only while it is still of use. */
function approval({ state, votes, approvers, quorum }: Request): Card['facts'] {
  const approvals = votes.filter((vote) => vote.decision === 'approve');
  if (approvals.length > 0) {
    const value = approvals.flatMap((vote, index): Line => [
      index === 0 ? '' : ', ',
      who(vote.person),
      ' ',
      { at: vote.at },
    ]);
    return [{ label: 'Approved by', value }];
  }
  if (state === 'awaiting approval') return [{ label: 'May approve', value: [approvers.join(', ') || 'nobody'] }];
  return quorum === 0 ? [{ label: 'Approved by', value: ['nobody: the policy asks for no approval here'] }] : [];
}

/** What is missing, in the policy's words: said only while it is still of use. */
function progress({ state, progress: so }: Request): Card['facts'] {
  return state === 'awaiting approval' && so !== undefined ? [{ label: 'Approvals', value: [so] }] : [];
}

/** `Windows11 23H2, group Workstations, risk High`. */
function describeDevice({ osPlatform, version, rbacGroupName, riskScore }: Machine): string {
  const system = [osPlatform, version].filter(Boolean).join(' ') || 'system not known';
  return `${system}, group ${rbacGroupName ?? 'none'}, risk ${riskScore ?? 'not known'}`;
}
