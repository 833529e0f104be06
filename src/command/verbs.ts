import type { Command } from './model.js';

export type Verb = Command['kind'];

interface VerbFacts {
  /** Other words for it; few, and none that names another of Defender's actions. */
  readonly alsoSaid: readonly string[];
  readonly example: string;
  readonly does: string;
}

export const exampleDevice = 'pc1.contoso.com';
export const exampleComment = 'suspicious PowerShell, incident 4711';
export const exampleReason = 'false positive, see the thread';
export const exampleId = '7K3M-9Q2X';
export const exampleCode = '7K3M-9Q2X-4T6V';

/** In the order in which help shows them. */
export const verbs: Readonly<Record<Verb, VerbFacts>> = {
  restrict: {
    alsoSaid: [],
    example: `restrict ${exampleDevice} ${exampleComment}`,
    does: 'lets only apps signed by Microsoft run on the device',
  },
  release: {
    alsoSaid: ['unrestrict', 'lift'],
    example: `release ${exampleDevice} cleaned and checked`,
    does: 'lets every app run again',
  },
  status: { alsoSaid: [], example: `status ${exampleId}`, does: 'tells where a request or a device stands' },
  approve: { alsoSaid: [], example: `approve ${exampleId}`, does: 'says yes to a request, as its button does' },
  deny: {
    alsoSaid: ['reject'],
    example: `deny ${exampleId} ${exampleReason}`,
    does: 'says no to a request, and why',
  },
  unvote: {
    alsoSaid: [],
    example: `unvote ${exampleId}`,
    does: 'takes your vote back, as long as the request was not sent',
  },
  edit: {
    alsoSaid: [],
    example: `edit ${exampleId} ${exampleComment}`,
    does: 'changes the comment of a request of yours while it waits; everybody votes anew',
  },
  withdraw: {
    alsoSaid: [],
    example: `withdraw ${exampleId}`,
    does: 'takes back a request of yours that was not sent yet',
  },
  cancel: {
    alsoSaid: [],
    example: `cancel ${exampleId} wrong device`,
    does: 'takes a request back, also when Defender has it already and the device has not carried it out',
  },
  sent: {
    alsoSaid: [],
    example: `sent ${exampleId}`,
    does: 'for approvers, where nobody can tell whether Defender got the call: it did, so never send it again',
  },
  resend: {
    alsoSaid: [],
    example: `resend ${exampleId}`,
    does: 'for approvers, in the same case: Defender did not get it, so send it again',
  },
  explain: {
    alsoSaid: ['why'],
    example: `explain ${exampleId}`,
    does: 'tells why a request may or may not go on: rules, people, votes and what is missing',
  },
  list: { alsoSaid: ['requests'], example: 'list', does: 'shows the open requests' },
  history: { alsoSaid: [], example: `history ${exampleDevice}`, does: 'shows what was done to a device' },
  link: {
    alsoSaid: [],
    example: 'link',
    does: 'in Slack: gives a code to type in Teams, so that your two accounts count as one person',
  },
  unlink: { alsoSaid: [], example: 'unlink', does: 'takes that back' },
  stop: {
    alsoSaid: [],
    example: 'stop a playbook asks for every device',
    does: 'for those whom the policy names: no restriction is sent any more, releases are',
  },
  resume: { alsoSaid: [], example: 'resume', does: 'for the same people: ends that' },
  help: { alsoSaid: ['?'], example: 'help', does: 'shows this' },
};

export const verbNames = Object.keys(verbs) as readonly Verb[];

const byWord: ReadonlyMap<string, Verb> = new Map(
  verbNames.flatMap((verb) => [verb, ...verbs[verb].alsoSaid].map((word) => [word, verb] as const)),
);

export const knownWords: readonly string[] = [...byWord.keys()];

/** The command that a word stands for, in any case. */
export function verbFor(word: string): Verb | undefined {
  return byWord.get(word.toLowerCase());
}
