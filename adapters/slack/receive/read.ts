import { z } from 'zod';
import { readAction } from './action.js';
import { readCommand } from './command.js';
import { readEvent } from './event.js';
import { ignore, type Received } from './received.js';
import { readShortcut } from './shortcut.js';
import { readView } from './view.js';

/** A slash command is the only payload without a `type`. */
const kindOfBody = z.union([z.object({ type: z.string() }), z.object({ command: z.string() })]);

/** Payloads that Slack may send to any app and that mean nothing to this one. */
const uninteresting = [
  'app_rate_limited',
  'block_suggestion',
  'dialog_cancellation',
  'dialog_submission',
  'dialog_suggestion',
  'interactive_message',
  'shortcut',
  'view_closed',
  'workflow_step_edit',
];

/** Reads any payload of Slack, whose signature was checked before. Pure, never throws. */
export function readPayload(body: unknown): Received {
  const read = kindOfBody.safeParse(body);
  if (!read.success) return { kind: 'malformed', why: 'neither a type nor a command' };
  if ('command' in read.data) return readCommand(body);
  switch (read.data.type) {
    case 'event_callback':
      return readEvent(body);
    case 'block_actions':
      return readAction(body);
    case 'view_submission':
      return readView(body);
    case 'message_action':
      return readShortcut(body);
    default:
      return uninteresting.includes(read.data.type)
        ? ignore
        : { kind: 'malformed', why: `unknown type ${JSON.stringify(read.data.type.slice(0, 80))}` };
  }
}
