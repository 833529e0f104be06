import { z } from 'zod';
import { nearest } from '../command/nearest.js';
import { anyone, requestersForm } from './schema.js';
import { type FieldPath, isFields } from './yaml-file.js';

interface Fault {
  readonly path: FieldPath;
  readonly text: string;
}

const names = z.array(z.string().catch('')).catch([]);
const looseWhen = z.object({
  requesters: names.optional(),
  time: z.object({ 'business-hours': z.unknown().optional() }).optional().catch(undefined),
});
const looseRule = z.object({
  name: z.string().optional().catch(undefined),
  when: looseWhen.optional().catch(undefined),
  forbid: z.unknown().optional(),
  requesters: names.optional(),
  approvers: names.optional(),
  approvals: z.number().optional().catch(1),
  approve: z.unknown().optional(),
  'own-approval': z.boolean().optional().catch(false),
  reasons: names.optional(),
});

/** What of a file can be compared even while other fields of it are wrong, so that one look finds every mistake. */
const outline = z.object({
  groups: z.record(z.string(), z.unknown()).optional().catch(undefined),
  rules: z.array(looseRule.optional().catch(undefined)).catch([]),
  people: z.object({ same: z.array(names).catch([]) }).catch({ same: [] }),
  time: z.unknown().optional(),
});

type LooseRule = z.output<typeof looseRule>;

/** Faults between fields: unknown groups, names used twice, approvals that nobody is named to give, an account of two people. */
export function consistencyFaults(value: unknown): Fault[] {
  const read = outline.safeParse(value);
  if (!read.success) return [];
  const { groups, rules, people, time } = read.data;
  const known = groups === undefined ? undefined : Object.keys(groups);
  return [...ruleFaults(rules, known, time !== undefined), ...pairFaults(people.same)];
}

function ruleFaults(
  rules: readonly (LooseRule | undefined)[],
  known: readonly string[] | undefined,
  knowsHours: boolean,
): Fault[] {
  return rules.flatMap((rule, index) => {
    if (rule === undefined) return [];
    const faults = [
      ...nameFaults(rule, rules.slice(0, index)).map((text) => ({ path: ['name'], text })),
      ...meaningFaults(rule),
      ...hoursFaults(rule, knowsHours),
      ...groupFaults(rule, known),
    ];
    return faults.map(({ path, text }) => ({ path: ['rules', index, ...path], text }));
  });
}

/** A rule forbids, or it says whose approvals it takes, in one of two ways. */
function meaningFaults(rule: LooseRule): Fault[] {
  const { forbid, approvers, approvals = 1, approve } = rule;
  const written = (fields: readonly (keyof LooseRule)[]) => fields.filter((field) => rule[field] !== undefined);
  if (forbid !== undefined) {
    const pointless = ['approvers', 'approvals', 'approve', 'own-approval', 'reasons'] as const;
    return written(pointless).map((field) => ({
      path: [field],
      text: 'nobody approves what the rule forbids; take this away, or “forbid”',
    }));
  }
  const asking: Fault[] =
    rule.requesters === undefined ? [{ path: ['requesters'], text: `missing; write ${requestersForm}` }] : [];
  if (approve !== undefined) {
    const twice = written(['approvers', 'approvals']).map((field) => ({
      path: [field],
      text: '“approve” says this already; keep one of the two',
    }));
    return [...asking, ...twice, ...ownFaults(rule, leastIn(approve))];
  }
  const nobody =
    approvals < 1 || (approvers ?? []).length > 0
      ? []
      : [
          {
            path: ['approvers'],
            text: 'nobody may approve; name a group, or write “approvals: 0” if no approval is wanted',
          },
        ];
  return [...asking, ...nobody, ...ownFaults(rule, approvals)];
}

function ownFaults(rule: LooseRule, people: number): Fault[] {
  if (rule['own-approval'] !== true || people > 1) return [];
  const text = 'with one approval, whoever asks would decide alone; ask for 2 or more, or take this away';
  return [{ path: ['own-approval'], text }];
}

function hoursFaults({ when }: LooseRule, knowsHours: boolean): Fault[] {
  if (knowsHours || when?.time?.['business-hours'] === undefined) return [];
  const text = 'the file does not say when they are; add “time” with zone, days, from and to';
  return [{ path: ['when', 'time', 'business-hours'], text }];
}

/** The least number of people in a tree that may have mistakes, which the schema tells. */
function leastIn(value: unknown): number {
  if (!isFields(value)) return Infinity;
  const approvals = value['approvals'];
  if (Array.isArray(value['from'])) return typeof approvals === 'number' ? approvals : 1;
  if (Array.isArray(value['all'])) return value['all'].map(leastIn).reduce((sum, count) => sum + count, 0);
  return Array.isArray(value['any']) ? Math.min(...value['any'].map(leastIn)) : Infinity;
}

/** One Slack account is one person's; one person may have accounts in several workspaces. */
function pairFaults(pairs: readonly (readonly string[])[]): Fault[] {
  return pairs.flatMap(([account = ''], index) => {
    const earlier = pairs.slice(0, index).some(([other]) => other === account);
    if (account === '' || !earlier) return [];
    const text = `${account} stands in another pair already; an account belongs to one person`;
    return [{ path: ['people', 'same', index, 0], text }];
  });
}

function nameFaults({ name }: LooseRule, earlier: readonly (LooseRule | undefined)[]): string[] {
  if (name === undefined || !earlier.some((other) => other?.name?.trim() === name.trim())) return [];
  return [`another rule is called “${name}”; choose another name`];
}

function groupFaults(rule: LooseRule, known: readonly string[] | undefined): Fault[] {
  const named = [
    ...listed(rule.requesters, ['requesters']),
    ...listed(rule.approvers, ['approvers']),
    ...listed(rule.when?.requesters, ['when', 'requesters']),
    ...inTree(rule.approve, ['approve']),
  ];
  return named.flatMap(({ path, name }) => {
    const text = path[0] === 'requesters' ? requesterFault(name, known) : groupFault(path, name, known);
    return text === undefined ? [] : [{ path, text }];
  });
}

interface Named {
  readonly path: FieldPath;
  readonly name: string;
}

function listed(list: readonly unknown[] = [], path: FieldPath): Named[] {
  return list.flatMap((name, place) => (typeof name === 'string' ? [{ path: [...path, place], name }] : []));
}

function inTree(value: unknown, path: FieldPath): Named[] {
  if (!isFields(value)) return [];
  const { from, all, any } = value;
  const below = Object.entries({ all, any }).flatMap(([kind, parts]) =>
    Array.isArray(parts) ? parts.flatMap((part, index) => inTree(part, [...path, kind, index])) : [],
  );
  return [...(Array.isArray(from) ? listed(from, [...path, 'from']) : []), ...below];
}

function requesterFault(name: string, known: readonly string[] | undefined): string | undefined {
  return name === anyone ? undefined : unknownGroup(name, known);
}

function groupFault(path: FieldPath, name: string, known: readonly string[] | undefined): string | undefined {
  if (name !== anyone) return unknownGroup(name, known);
  return path[0] === 'when'
    ? `“${anyone}” is no condition; take it away`
    : `“${anyone}” cannot approve: whoever got an account, or stole one, could; name a group of people you chose`;
}

function unknownGroup(name: string, known: readonly string[] | undefined): string | undefined {
  // An empty name is a field that the schema has refused already.
  if (name === '' || known === undefined || known.includes(name)) return undefined;
  const meant = nearest(name, known);
  const advice = meant === undefined ? 'add it under groups' : `did you mean “${meant}”?`;
  return `there is no group “${name}”; ${advice}`;
}
