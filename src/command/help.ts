import type { Line } from '../view/inline.js';
import { verbNames, verbs } from './verbs.js';

/** One line per command: an example to copy, and what it does. */
export function helpLines(): Line[] {
  return [
    ['Say one of these to me, or use it as a slash command:'],
    ...verbNames.map((verb): Line => [{ code: verbs[verb].example }, ` – ${verbs[verb].does}`]),
    ['A device is a host name, an IP address, a Defender device id or an Entra device id.'],
  ];
}
