import { type Envelope } from './envelope.js';
import { readInstallation } from './installation.js';
import { readInvoke } from './invoke.js';
import { readMessage } from './message.js';
import { ignore, type Received } from './received.js';

/** Reads any activity that was let in. Pure, never throws. */
export function readActivity(envelope: Envelope, tenant: string, body: unknown): Received {
  switch (envelope.type) {
    case 'message':
      return readMessage(envelope, tenant, body);
    case 'invoke':
      return readInvoke(envelope, tenant, body);
    case 'installationUpdate':
      return readInstallation(envelope, tenant);
    // Edits, deletions, reactions, typing: nothing to act on.
    default:
      return ignore;
  }
}
