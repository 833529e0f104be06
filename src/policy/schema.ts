import { z } from 'zod';
import { nearest } from '../command/nearest.js';
import type { Announce } from './policy.js';
import type { FieldPath } from './yaml-file.js';

/** The word that stands for every member of the workspace among the requesters. */
export const anyone = 'anyone';

const minute = 60_000;
const units: Readonly<Record<string, number>> = { m: minute, h: 60 * minute, d: 24 * 60 * minute };
const shortestExpiry = 5 * minute;
const longestExpiry = 7 * 24 * 60 * minute;
const usualExpiry = 60 * minute;

/** The text of an issue: `missing` where nothing was written, else what to write. */
const write = (what: string) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? `missing; write ${what}` : `write ${what}`),
});

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
      .regex(/^(?:origin|approvers|slack:[CG][A-Z0-9]+|teams:19:\S+@thread\.\w+)$/, `write ${placeForm}`),
    write(`a list of places: ${placeForm}`),
  )
  .min(1, `write at least one place: ${placeForm}`)
  .transform(readAnnounce);

function readAnnounce(places: readonly string[]): Announce {
  const channels = [...new Set(places)].filter((place) => place.includes(':')).map(readChannel);
  return { origin: places.includes('origin'), approvers: places.includes('approvers'), channels };
}

function readChannel(place: string): Announce['channels'][number] {
  const colon = place.indexOf(':');
  return { platform: place.startsWith('slack:') ? 'slack' : 'teams', conversation: place.slice(colon + 1) };
}

const groupList = (what: string) => z.array(z.string(write(what)), write(what));
const requestersForm = `a list of groups, e.g. [soc], or [${anyone}]`;
const approversForm = 'a list of groups, e.g. [soc-leads]';
const actionsForm = 'a list: [restrict], [release] or [restrict, release]';

const rule = z.strictObject(
  {
    name: z
      .string(write('a name for people, in quotation marks if it is a number'))
      .trim()
      .min(1, 'write a name for people'),
    actions: z
      .array(z.enum(['restrict', 'release'], { error: 'write restrict or release' }), write(actionsForm))
      .min(1, `write ${actionsForm}`),
    requesters: groupList(requestersForm).min(1, `write ${requestersForm}`),
    approvers: groupList(approversForm).default([]),
    approvals: z
      .int(write('a whole number, e.g. 1'))
      .min(0, 'write 0 or more')
      .max(100, 'write 100 or less')
      .default(1),
    expires: expiry.default(usualExpiry),
    announce: announce.default({ origin: true, approvers: false, channels: [] }),
  },
  write('a rule with the fields name, actions, requesters and approvers'),
);

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
    rules: z.array(rule, write('a list of rules')).min(1, 'write at least one rule; without one, nothing is allowed'),
  },
  write('the fields version, groups and rules; policy.example.yaml shows them all'),
);

export type PolicyFile = z.output<typeof policyFile>;

const fileFields = Object.keys(policyFile.shape);
const ruleFields = Object.keys(rule.shape);
const peopleFields = Object.keys(people.shape);

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
  const known = path.length === 0 ? fileFields : path[0] === 'people' ? peopleFields : ruleFields;
  const meant = nearest(key, known);
  return `unknown field; ${meant === undefined ? `the fields here are ${known.join(', ')}` : `did you mean “${meant}”?`}`;
}
