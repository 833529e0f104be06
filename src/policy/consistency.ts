import { z } from 'zod';
import { nearest } from '../command/nearest.js';
import { anyone } from './schema.js';
import type { FieldPath } from './yaml-file.js';

interface Fault {
  readonly path: FieldPath;
  readonly text: string;
}

const names = z.array(z.string().catch('')).catch([]);
const looseRule = z.object({
  name: z.string().optional().catch(undefined),
  requesters: names,
  approvers: names,
  approvals: z.number().catch(1),
});

/** What of a file can be compared even while other fields of it are wrong, so that one look finds every mistake. */
const outline = z.object({
  groups: z.record(z.string(), z.unknown()).optional().catch(undefined),
  rules: z.array(looseRule.optional().catch(undefined)).catch([]),
  people: z.object({ same: z.array(names).catch([]) }).catch({ same: [] }),
});

type LooseRule = z.output<typeof looseRule>;

/** Faults between fields: unknown groups, names used twice, approvals that nobody is named to give, an account of two people. */
export function consistencyFaults(value: unknown): Fault[] {
  const read = outline.safeParse(value);
  if (!read.success) return [];
  const { groups, rules, people } = read.data;
  const known = groups === undefined ? undefined : Object.keys(groups);
  return [...ruleFaults(rules, known), ...pairFaults(people.same)];
}

function ruleFaults(rules: readonly (LooseRule | undefined)[], known: readonly string[] | undefined): Fault[] {
  return rules.flatMap((rule, index) =>
    rule === undefined
      ? []
      : [
          ...nameFaults(rule, rules.slice(0, index)).map((text) => ({ path: ['rules', index, 'name'], text })),
          ...approverFaults(rule).map((text) => ({ path: ['rules', index, 'approvers'], text })),
          ...groupFaults(rule, index, known),
        ],
  );
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

function approverFaults({ approvals, approvers }: LooseRule): string[] {
  if (approvals < 1 || approvers.length > 0) return [];
  return ['nobody may approve; name a group, or write “approvals: 0” if no approval is wanted'];
}

function groupFaults(rule: LooseRule, index: number, known: readonly string[] | undefined): Fault[] {
  return (['requesters', 'approvers'] as const).flatMap((field) =>
    rule[field].flatMap((name, place) => {
      const text = groupFault(field, name, known);
      return text === undefined ? [] : [{ path: ['rules', index, field, place], text }];
    }),
  );
}

function groupFault(field: 'requesters' | 'approvers', name: string, known: readonly string[] | undefined) {
  if (name === anyone && field === 'requesters') return undefined;
  if (name === anyone) {
    return `“${anyone}” cannot approve: whoever got an account, or stole one, could; name a group of people you chose`;
  }
  // An empty name is a field that the schema has refused already.
  if (name === '' || known === undefined || known.includes(name)) return undefined;
  const meant = nearest(name, known);
  const advice = meant === undefined ? 'add it under groups' : `did you mean “${meant}”?`;
  return `there is no group “${name}”; ${advice}`;
}
