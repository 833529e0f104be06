import { z } from 'zod';
import { nearest } from '../command/nearest.js';
import { ceilingFields, ceilingsField, groupNames } from './ceilings-schema.js';
import { channelPattern, readChannel, write } from './field.js';
import { approve } from './need-schema.js';
import type { Announce } from './policy.js';
import { domainControllersStrict, strict } from './strict-schema.js';
import { deviceWhen, originWhen, time, timeWhen, when } from './when-schema.js';
import type { FieldPath } from './yaml-file.js';

/** The word that stands for every member of the workspace among the requesters. */
export const anyone = 'anyone';

const minute = 60_000;
const units: Readonly<Record<string, number>> = { m: minute, h: 60 * minute, d: 24 * 60 * minute };
const shortestExpiry = 5 * minute;
const longestExpiry = 7 * 24 * 60 * minute;
const usualExpiry = 60 * minute;

const groupNameForm = 'a name of letters, digits, “-”, “_” and “.”, e.g. soc-leads';
const groupName = z
  .string(write(groupNameForm))
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, `write ${groupNameForm}`)
  .refine(
    (name) => name.toLowerCase() !== anyone,
    `“${anyone}” means every member of the workspace; choose another name`,
  );

const memberForm =
  'an immutable id: slack:<team>:<user>, e.g. slack:T012AB3CD:U045EF6GH, or entra:<tenant id>:<object id>; ' +
  'names and e-mail addresses can change hands; for a group that Slack or Entra keeps: slack-group:<team>:<user group id> or entra-group:<tenant id>:<object id>';
const slackAccount = 'slack:[TE][A-Z0-9]+:[UW][A-Z0-9]+';
const guid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const entraAccount = `entra:${guid}:${guid}`;
const keptElsewhere = `slack-group:[TE][A-Z0-9]+:S[A-Z0-9]+|entra-group:${guid}:${guid}`;
/** An id as written, Entra's in lower case. */
const idOf = (pattern: string, form: string) =>
  z
    .string(write(form))
    .transform((id) => (/^entra(?:-group)?:/i.test(id) ? id.toLowerCase() : id))
    .refine((id) => new RegExp(`^(?:${pattern})$`).test(id), `write ${form}`);
const memberId = idOf(`${slackAccount}|${entraAccount}|${keptElsewhere}`, memberForm);

const pairForm = 'a pair: [slack:<team>:<user>, entra:<tenant id>:<object id>]';
const pair = z.tuple(
  [
    idOf(slackAccount, 'the Slack account first, e.g. slack:T012AB3CD:U045EF6GH'),
    idOf(entraAccount, 'the Entra account second: entra:<tenant id>:<object id>'),
  ],
  write(pairForm),
);

const people = z.strictObject(
  {
    match: z.literal('email', { error: 'write email, or take the line away: then addresses match nobody' }).optional(),
    same: z.array(pair, write(`a list of pairs: ${pairForm}`)).default([]),
  },
  write('the fields match and same'),
);

const expiryForm = 'a time such as 30m, 2h or 1d, at least 5m and at most 7d';
const expiry = z.string(write(expiryForm)).transform((text, context) => {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? NaN);
  if (ms >= shortestExpiry && ms <= longestExpiry) return ms;
  context.addIssue({ code: 'custom', message: `write ${expiryForm}` });
  return z.NEVER;
});

const placeForm =
  'origin (where it was asked), approvers (each in a direct message), slack:<channel id>, e.g. slack:C0APPROVALS, or teams:<conversation id>';
const announce = z
  .array(
    z
      .string(write(placeForm))
      .refine((place) => /^(?:origin|approvers)$/.test(place) || channelPattern.test(place), `write ${placeForm}`),
    write(`a list of places: ${placeForm}`),
  )
  .min(1, `write at least one place: ${placeForm}`)
  .transform(readAnnounce);

function readAnnounce(places: readonly string[]): Announce {
  const channels = [...new Set(places)].filter((place) => place.includes(':')).map(readChannel);
  return { origin: places.includes('origin'), approvers: places.includes('approvers'), channels };
}

const groupList = (what: string) => z.array(z.string(write(what)), write(what));
export const requestersForm = `a list of groups, e.g. [soc], or [${anyone}]`;
const approversForm = 'a list of groups, e.g. [soc-leads]';
const actionsForm = 'a list: [restrict], [release] or [restrict, release]';

const forbidForm = 'a text for people: why not, and what to do instead';
const codeForm = 'a list of words of letters, digits, “-” and “_”, e.g. [malware, phishing]';
const codes = z
  .array(z.string(write(codeForm)).regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, `write ${codeForm}`), write(codeForm))
  .min(1, `write ${codeForm}`);

/** What the fields mean together is another question: consistency.ts. */
const rule = z.strictObject(
  {
    name: z
      .string(write('a name for people, in quotation marks if it is a number'))
      .trim()
      .min(1, 'write a name for people'),
    actions: z
      .array(z.enum(['restrict', 'release'], { error: 'write restrict or release' }), write(actionsForm))
      .min(1, `write ${actionsForm}`),
    when: when.optional(),
    forbid: z
      .string(write(forbidForm))
      .trim()
      .min(1, `write ${forbidForm}`)
      .max(500, 'write 500 characters or less')
      .optional(),
    requesters: groupList(requestersForm).min(1, `write ${requestersForm}`).optional(),
    approvers: groupList(approversForm).optional(),
    approvals: z
      .int(write('a whole number, e.g. 1'))
      .min(0, 'write 0 or more')
      .max(100, 'write 100 or less')
      .optional(),
    approve: approve.optional(),
    'own-approval': z.boolean(write('true or false')).default(false),
    reasons: codes.default([]),
    expires: expiry.default(usualExpiry),
    announce: announce.default({ origin: true, approvers: false, channels: [] }),
  },
  write('a rule with the fields name, actions, requesters and approvers'),
);

const ownersForm = 'a list of groups whose people are told, e.g. [soc-leads]';
const stopForm = 'a list of groups whose people may stop Cordon, e.g. [soc-leads]';

/** The policy file. Every issue is worded for the person who writes the file. */
export const policyFile = z.strictObject(
  {
    version: z.literal(1, write('version: 1')),
    groups: z.record(
      groupName,
      z.array(memberId, write('a list of ids; [] for a group without members')),
      write('the groups, e.g. “soc-leads: [slack:T012AB3CD:U045EF6GH]”'),
    ),
    people: people.default({ same: [] }),
    time: time.optional(),
    strict: strict.prefault({}),
    owners: groupNames(ownersForm).default([]),
    stop: groupNames(stopForm).default([]),
    ceilings: ceilingsField,
    rules: z.array(rule, write('a list of rules')).min(1, 'write at least one rule; without one, nothing is allowed'),
  },
  write('the fields version, groups and rules; policy.example.yaml shows them all'),
);

export type PolicyFile = z.output<typeof policyFile>;

/** The fields of each block, by the place of the block; the first that fits. */
const blocks: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^$/, Object.keys(policyFile.shape)],
  [/^people$/, Object.keys(people.shape)],
  [/^ceilings\.\d+$/, ceilingFields],
  [/^time$/, ['zone', 'days', 'from', 'to']],
  [/^strict$/, Object.keys(strict.shape)],
  [/^strict\.domain-controllers$/, Object.keys(domainControllersStrict.shape)],
  [/\.when$/, ['device', 'requesters', 'origin', 'time']],
  [/\.when\.device$/, Object.keys(deviceWhen.shape)],
  [/\.when\.origin$/, Object.keys(originWhen.shape)],
  [/\.when\.time$/, Object.keys(timeWhen.shape)],
  [/^rules\.\d+$/, Object.keys(rule.shape)],
];

/** The faults of the parsed YAML, field by field. Whether the fields fit together is another question. */
export function schemaFaults(error: z.ZodError): { path: FieldPath; text: string }[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], text: unknownField(key, path) }));
    }
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, text: message }));
    return [{ path, text: issue.message }];
  });
}

function unknownField(key: string, path: FieldPath): string {
  const place = path.join('.');
  const known = blocks.find(([pattern]) => pattern.test(place))?.[1] ?? [];
  const meant = nearest(key, known);
  return `unknown field; ${meant === undefined ? `the fields here are ${known.join(', ')}` : `did you mean “${meant}”?`}`;
}
