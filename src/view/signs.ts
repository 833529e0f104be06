import type { RequestState } from '../request/life.js';
import type { Tone } from './inline.js';

/** Seen before anything is read. The green tick stands for the one state in which Defender has confirmed. */
export const stateSigns: Readonly<Record<RequestState, string>> = {
  'awaiting approval': '⏳',
  approved: '👍',
  queued: '🕒',
  sending: '📤',
  submitted: '🔄',
  succeeded: '✅',
  failed: '❌',
  'timed out': '❌',
  cancelled: '🚫',
  denied: '🚫',
  expired: '⌛',
  withdrawn: '↩️',
  refused: '❌',
  rehearsed: '🧪',
  unknown: '❓',
};

/** Put before the first line of a Note. */
export const toneSigns: Readonly<Record<Tone, string>> = {
  neutral: '',
  progress: '🔄 ',
  success: '✅ ',
  warning: '⚠️ ',
  danger: '❌ ',
};
