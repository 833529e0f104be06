import { z } from 'zod';
import { nearest } from '../command/nearest.js';
import { write } from './field.js';
import type { Ceiling } from './policy.js';
import type { FieldPath } from './yaml-file.js';

const minute = 60_000;
const units: Readonly<Record<string, number>> = { m: minute, h: 60 * minute };
const longestWindow = 24 * 60 * minute;

const windowForm = 'a time such as 10m or 2h, at least 1m and at most 24h';
const windowMs = z.string(write(windowForm)).transform((text, context) => {
  const [, count = '', unit = ''] = /^(\d{1,4})([mh])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? NaN);
  if (ms >= minute && ms <= longestWindow) return ms;
  context.addIssue({ code: 'custom', message: `write ${windowForm}` });
  return z.NEVER;
});

export const groupNames = (form: string) => z.array(z.string(write(form)), write(form));

const groupsForm = 'a list of groups whose people are counted together, e.g. [soc]; only with “per: group”';
const fromForm = 'a list of groups, e.g. [soc-leads]';
const thenForm = 'forbid, or what it needs besides, e.g. “{ approvals: 1, from: [soc-leads] }”';
const whole = (least: number, most: number) =>
  z
    .int(write(`a whole number from ${least} to ${most}`))
    .min(least, `write ${least} or more`)
    .max(most, `write ${most} or less`);

const then = z.union(
  [
    z.literal('forbid'),
    z.strictObject({ approvals: whole(1, 100).default(1), from: groupNames(fromForm).min(1, `write ${fromForm}`) }),
  ],
  write(thenForm),
);

const nameForm = 'a name for people, in quotation marks if it is a number';

const ceiling = z.strictObject(
  {
    name: z.string(write(nameForm)).trim().min(1, `write ${nameForm}`),
    per: z.enum(['person', 'group', 'tenant'], write('person, group or tenant')),
    groups: groupNames(groupsForm).default([]),
    devices: whole(1, 10_000),
    within: windowMs,
    then,
    tell: z.boolean(write('true or false')).default(true),
  },
  write('a ceiling with the fields name, per, devices, within and then'),
);

export const ceilingsField = z.array(ceiling, write('a list of ceilings')).default([]);
export const ceilingFields = Object.keys(ceiling.shape);

export function toCeiling({ within, ...rest }: z.output<typeof ceiling>): Ceiling {
  return { ...rest, withinMs: within };
}

interface Fault {
  readonly path: FieldPath;
  readonly text: string;
}

const names = z.array(z.string().catch('')).catch([]);
const outline = z.object({
  groups: z.record(z.string(), z.unknown()).optional().catch(undefined),
  owners: names,
  stop: names,
  ceilings: z
    .array(
      z
        .object({
          name: z.string().optional().catch(undefined),
          per: z.string().catch(''),
          groups: names,
          then: z.object({ from: names }).catch({ from: [] }),
          tell: z.boolean().catch(true),
        })
        .optional()
        .catch(undefined),
    )
    .catch([]),
});

/** Faults between the fields of owners, stop and ceilings, also while other fields of the file are wrong. */
export function ceilingFaults(value: unknown): Fault[] {
  const read = outline.safeParse(value);
  if (!read.success) return [];
  const { owners, stop, ceilings } = read.data;
  const known = read.data.groups === undefined ? undefined : Object.keys(read.data.groups);
  const unknown = (list: readonly string[], path: FieldPath): Fault[] =>
    list.flatMap((name, place) => {
      if (name === '' || known === undefined || known.includes(name)) return [];
      const meant = nearest(name, known);
      const advice = meant === undefined ? 'add it under groups' : `did you mean “${meant}”?`;
      return [{ path: [...path, place], text: `there is no group “${name}”; ${advice}` }];
    });
  return [
    ...unknown(owners, ['owners']),
    ...unknown(stop, ['stop']),
    ...ceilings.flatMap((each, index): Fault[] => {
      if (each === undefined) return [];
      const path = ['ceilings', index];
      const faults = [
        ...unknown(each.groups, [...path, 'groups']),
        ...unknown(each.then.from, [...path, 'then', 'from']),
      ];
      if (
        each.name !== undefined &&
        ceilings.slice(0, index).some((other) => other?.name?.trim() === each.name?.trim())
      ) {
        faults.push({ path: [...path, 'name'], text: `another ceiling is called “${each.name}”; choose another name` });
      }
      if ((each.per === 'group') !== each.groups.length > 0 && each.per !== '') {
        faults.push({ path: [...path, 'groups'], text: `write ${groupsForm}` });
      }
      if (each.tell && owners.length === 0) {
        faults.push({ path, text: 'nobody would be told; name groups under owners, or write “tell: false”' });
      }
      return faults;
    }),
  ];
}
