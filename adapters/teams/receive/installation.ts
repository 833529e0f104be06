import { type Envelope, teamsAccount, teamsOrigin } from './envelope.js';
import { ignore, type Received } from './received.js';

/** Somebody added the app for themselves: they get the help, as if they had asked. A channel is not told anything. */
export function readInstallation(envelope: Envelope, tenant: string): Received {
  if (envelope.action !== 'add' || envelope.conversationType !== 'personal' || envelope.from === undefined)
    return ignore;
  return {
    kind: 'incoming',
    incoming: {
      key: `teams:installation:${envelope.conversation}:${envelope.id}`,
      account: teamsAccount(tenant, envelope.from.aadObjectId),
      origin: teamsOrigin(envelope, tenant),
      said: { kind: 'text', text: 'help' },
    },
    answer: 'redeliver',
  };
}
