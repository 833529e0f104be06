import type { Operation } from './defender.js';
import type { DefenderErrorCode, Taken } from './errors.js';
import { operationFacts } from './operation.js';

/** What a text may draw on. `detail` is an already redacted excerpt of Defender's own message. */
export interface TextFacts {
  readonly operation: Operation;
  readonly taken: Taken;
  readonly detail?: string | undefined;
  readonly target?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

type Writer = (facts: TextFacts) => string;

const couldNot: Writer = ({ operation }) => `Defender could not ${operationFacts[operation].aim}`;

const bugInCordon: Writer = (facts) =>
  `${couldNot(facts)}: it did not understand what Cordon sent${said(facts)}. Use the Defender portal for now, and report this to whoever runs Cordon.`;

const badValue = (what: string): Writer => {
  return (facts) =>
    `${couldNot(facts)}: it does not accept ${what}${said(facts)}. Check how you wrote it and ask again.`;
};

const tryAgain: Writer = ({ taken, operation }) =>
  taken === 'no'
    ? `Nothing was changed. Try again in a few minutes.`
    : `Nobody can tell yet whether Defender will ${operationFacts[operation].aim}. Look at the device's Action center in the Defender portal before you ask again.`;

const notFound: Writer = (facts) =>
  `${couldNot(facts)}: it does not know the device or action, or Cordon may not see it. Look the device up in the Defender portal, and ask again with the name or device id shown there.`;

const writers: Readonly<Record<DefenderErrorCode, Writer>> = {
  BadRequest: bugInCordon,
  ODataError: bugInCordon,
  InvalidInput: badValue('one of the values'),
  InvalidRequestBody: bugInCordon,
  InvalidHashValue: badValue('the hash'),
  InvalidDomainName: badValue('the domain name'),
  InvalidIpAddress: badValue('the IP address'),
  InvalidUrl: badValue('the URL'),
  MaximumBatchSizeExceeded: (facts) =>
    `${couldNot(facts)}: too many devices or actions in one call. Ask again with fewer, and report this to whoever runs Cordon.`,
  MissingRequiredParameter: (facts) =>
    `${couldNot(facts)}: a required value is missing${said(facts)}. Ask again with a comment; if you gave one, report this to whoever runs Cordon.`,
  OsPlatformNotSupported: (facts) =>
    `${couldNot(facts)}: the device's operating system does not support it. It needs Windows 10 1709 or later, Windows 11, or Windows Server 2019 or later. Use device isolation in the Defender portal instead.`,
  ClientVersionNotSupported: (facts) =>
    `${couldNot(facts)}: the Defender sensor or Windows version on the device is too old. Update the device, or use device isolation in the Defender portal instead.`,
  Unauthorized: () =>
    `Defender did not accept Cordon's sign-in. An administrator has to check AZURE_TENANT_ID and AZURE_CLIENT_ID, and that DEFENDER_SCOPE and DEFENDER_CLOUD fit together (commercial: https://api.securitycenter.microsoft.com/.default). With a managed identity Cordon cannot get a fresh token: Azure keeps the old one for up to a day. Nothing was changed.`,
  Forbidden: ({ operation }) => {
    const { permission, aim } = operationFacts[operation];
    return `Cordon is not allowed to ${aim}. An administrator has to give its app registration the application permission ${permission} (API permissions > WindowsDefenderATP) and grant admin consent, or its managed identity by the script in docs/entra.md; if it has that already, check that DEFENDER_SCOPE is the one for this cloud. Nothing was changed.`;
  },
  DisabledFeature: (facts) =>
    `${couldNot(facts)}: the feature is switched off in this tenant${said(facts)}. An administrator can switch it on in the Defender portal (Settings > Endpoints > Advanced features), and check that the licence is Plan 2.`,
  DisallowedOperation: (facts) =>
    `Defender does not allow Cordon to ${operationFacts[facts.operation].aim}${said(facts)}. Check the device in the Defender portal, or ask a Defender administrator why.`,
  NotFound: notFound,
  ResourceNotFound: notFound,
  TooManyRequests: ({ retryAfterMs }) =>
    `Defender takes no more calls from Cordon for now. Nothing was changed. ${
      retryAfterMs === undefined ? 'Try again in a few minutes' : `Try again in ${duration(retryAfterMs)}`
    }; other tools must not share Cordon's app registration.`,
  InternalServerError: (facts) => `Defender had an internal error. ${tryAgain(facts)}`,
  ActiveRequestAlreadyExists: (facts) =>
    `${couldNot(facts)} now: an action of this kind is already in progress on the device. Wait for it to finish; its state is in the device's Action center in the Defender portal.`,
  network_failure: (facts) =>
    `Cordon could not talk to Defender over the network. ${tryAgain(facts)} If it stays like this, whoever runs Cordon has to check DEFENDER_API_URL, DNS, proxy and firewall.`,
  timed_out: (facts) => `Defender did not answer in time. ${tryAgain(facts)}`,
  unreadable_answer: (facts) => `Defender gave an answer that Cordon cannot read. ${tryAgain(facts)}`,
  unexpected_answer: (facts) =>
    `Something other than Defender answered. ${tryAgain(facts)} Whoever runs Cordon has to check DEFENDER_API_URL and any proxy in between.`,
  no_action_id: (facts) => `Defender said yes but named no action that could be followed. ${tryAgain(facts)}`,
  token_failed: () =>
    `Entra gave Cordon no token. An administrator has to check AZURE_TENANT_ID, AZURE_CLIENT_ID, the credential and AZURE_AUTHORITY_HOST. Nothing was changed.`,
  too_many_machines: () =>
    `Too many devices have a name that starts like this. Ask again with the full name or the device id.`,
  too_late: () =>
    `Cordon did not get its call to Defender ready in time, so it did not send it. Nothing was changed. Ask again; if it stays like this, whoever runs Cordon has to check how fast Entra (AZURE_AUTHORITY_HOST) answers.`,
  dry_run: () =>
    `Cordon runs as a dry run (CORDON_DRY_RUN) and sends nothing to Defender. Nothing was changed. Use the Defender portal.`,
};

/** What happened and what to do next, for the people in the channel. */
export function userTextFor(code: DefenderErrorCode, facts: TextFacts): string {
  const text = writers[code](facts);
  return facts.target === undefined ? text : `${text} Correlation id for Microsoft's support: ${facts.target}`;
}

function said({ detail }: TextFacts): string {
  return detail === undefined || detail === '' ? '' : ` ("${detail}")`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 90) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
