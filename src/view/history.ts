import type { AuditEvent } from '../audit/event.js';
import { displayId } from '../request/request.js';
import { clean, clip } from './clip.js';
import type { Inline, Line } from './inline.js';
import type { Note } from './model.js';
import { note } from './say.js';

/** What fits a message that people read. */
const shown = 20;
const longestWords = 120;

/** The story of a device as the record has it, newest first. `events` are oldest first. */
export function deviceHistory(device: Line, events: readonly AuditEvent[]): Note {
  const lines = events.flatMap((event) => {
    const told = tell(event);
    return told === undefined ? [] : [[{ at: event.at }, ' ', ...idOf(event), ...told]];
  });
  if (lines.length === 0) return note('neutral', ['Cordon has done nothing to ', ...device, ' so far.']);
  const newest = lines.slice(-shown).reverse();
  const more: Line[] =
    lines.length > shown ? [['There is more: ', { code: 'npx cordon audit export --device' }, ' has all of it.']] : [];
  return note('neutral', ['History of ', ...device, ', newest first:'], ...newest, ...more);
}

function idOf({ requestId }: AuditEvent): Line {
  return requestId === undefined ? [] : [{ code: displayId(requestId) }, ' '];
}

/** Undefined for what is no part of the story: a reminder, a message that was lost. */
function tell(event: AuditEvent): Line | undefined {
  const { what, detail = {} } = event;
  const by = byInline(event);
  const said = (field: string): string => words(detail[field]);
  switch (what) {
    case 'request.created':
      return [by, ` asked to ${plainly(detail['action'], 'act')}${said('comment')}`];
    case 'vote.counted':
    case 'request.approve':
      return event.actor.kind === 'person' && detail['decision'] === undefined
        ? ['no approval was needed: ', { bold: 'approved' }]
        : [by, ' ', { bold: detail['decision'] === 'deny' ? 'denied' : 'approved' }, said('reason')];
    case 'request.deny':
      return [by, ' ', { bold: 'denied' }, said('reason')];
    case 'request.withdraw':
      return [by, ' ', { bold: 'withdrew' }, ' it'];
    case 'request.cancel-asked':
      return [by, ' asked to cancel it', said('reason')];
    case 'request.expire':
      return ['it ', { bold: 'expired' }, ' without enough approvals'];
    case 'request.revised':
      return ['it was ', { bold: 'changed' }, said('because')];
    case 'vote.taken-back':
      return [by, ' ', { bold: 'took back' }, ' their vote'];
    case 'request.held':
      return ['it was ', { bold: 'held' }, detail['why'] === 'dry run' ? ' by a dry run' : ' by a stop'];
    case 'request.rehearse':
      return ['dry run: it ', { bold: 'would have been sent' }];
    case 'request.refuse':
    case 'request.tampered':
      return ['it was ', { bold: 'refused' }, said('because')];
    case 'request.send':
      return [`the call to Defender was about to leave (attempt ${plainly(detail['attempt'], '1')})`];
    case 'request.submit':
    case 'request.adopt':
      return submitted(event, by);
    case 'action.status':
      return ['Defender said ', { bold: plainly(detail['status'], 'nothing') }];
    case 'request.lose':
      return ['nobody can tell whether Defender has the call: ', { bold: 'unknown' }];
    default:
      return event.to === undefined ? undefined : [...ended(event, by)];
  }
}

function submitted({ detail = {} }: AuditEvent, by: Inline): Line {
  const { machineAction, status } = detail;
  if (typeof machineAction !== 'string') return [by, ' took the call for sent'];
  const which = detail['adopted'] === true ? 'Defender was doing it already' : 'Defender took it';
  return [`${which}: action `, { code: machineAction }, `, ${plainly(status, 'no status')}`];
}

/** A status of Defender's that settled it is Defender's word; other moves say from where to where. */
function ended({ detail = {}, to = '', from }: AuditEvent, by: Inline): Line {
  const { status, lastUpdateDateTimeUtc } = detail;
  if (typeof status !== 'string') return [...(from === undefined ? [] : [`${from} → `]), { bold: to }, ' (', by, ')'];
  const when = typeof lastUpdateDateTimeUtc === 'string' ? Date.parse(lastUpdateDateTimeUtc) : Number.NaN;
  return ['Defender said ', { bold: status }, ...(Number.isNaN(when) ? [] : [', at ', { at: when }])];
}

function byInline({ actor }: AuditEvent): Inline {
  switch (actor.kind) {
    case 'person':
    case 'operator':
      return actor.name;
    case 'defender':
      return 'Defender';
    case 'cordon':
      return 'Cordon';
  }
}

/** `: “their words”`; nothing where there are none. */
function words(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') return '';
  return `: “${clip(clean(value).replaceAll('\n', ' '), longestWords)}”`;
}

function plainly(value: unknown, otherwise: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}
