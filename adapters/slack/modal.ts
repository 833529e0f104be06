import type { ModalView, PlainTextElement, PlainTextInput } from '@slack/types';
import { z } from 'zod';
import type { Origin } from '../../src/command/model.js';
import { denialForm } from '../../src/view/say.js';
import { modals } from './names.js';

/** Block ids of the inputs; the one element of each block has the action id `input`. */
export const fields = { reason: 'reason', action: 'action', device: 'device', comment: 'comment' } as const;

/** `max_length` of a plain-text input; Slack refuses a modal that asks for more. */
const longestInput = 3_000;

const metadata = z.object({
  token: z.string().optional(),
  origin: z.object({
    platform: z.literal('slack'),
    tenant: z.string(),
    conversation: z.string(),
    direct: z.boolean(),
    thread: z.string().exactOptional(),
    replyUrl: z.string().exactOptional(),
  }),
});

export interface ModalMetadata {
  /** The token of the button that opened the modal. */
  readonly token?: string | undefined;
  readonly origin: Origin;
}

/** What a modal was opened with; undefined where `private_metadata` is not Cordon's. */
export function readMetadata(text: string): ModalMetadata | undefined {
  try {
    return metadata.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Asks for the reason of a button press before anything is decided. */
export function reasonModal(about: ModalMetadata): ModalView {
  return {
    type: 'modal',
    callback_id: modals.reason,
    private_metadata: JSON.stringify(about),
    title: plain(denialForm.title),
    submit: plain(denialForm.submit),
    close: plain('Back'),
    blocks: [
      {
        type: 'input',
        block_id: fields.reason,
        label: plain(denialForm.label),
        element: textInput({ multiline: true, focus_on_load: true }),
      },
    ],
  };
}

/** The form of the message shortcut. */
export function restrictModal(about: ModalMetadata): ModalView {
  const restrict = { text: plain('Restrict app execution'), value: 'restrict' };
  return {
    type: 'modal',
    callback_id: modals.restrict,
    private_metadata: JSON.stringify(about),
    title: plain('Restrict app execution'),
    submit: plain('Ask for approval'),
    close: plain('Back'),
    blocks: [
      {
        type: 'input',
        block_id: fields.action,
        label: plain('Action'),
        element: {
          type: 'radio_buttons',
          action_id: 'input',
          initial_option: restrict,
          options: [restrict, { text: plain('Remove the restriction'), value: 'release' }],
        },
      },
      {
        type: 'input',
        block_id: fields.device,
        label: plain('Device'),
        hint: plain('Host name, device id, Entra device id or IP address'),
        element: textInput({ focus_on_load: true }),
      },
      {
        type: 'input',
        block_id: fields.comment,
        label: plain('Comment'),
        hint: plain('Approvers read it, and Defender keeps it with the action'),
        element: textInput({ multiline: true }),
      },
    ],
  };
}

function textInput(more: Partial<PlainTextInput>): PlainTextInput {
  return { type: 'plain_text_input', action_id: 'input', max_length: longestInput, ...more };
}

function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text };
}
