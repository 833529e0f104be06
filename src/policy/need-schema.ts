import { z } from 'zod';
import { countWays, impossible, peopleIn, waysOf } from './need.js';
import type { Need } from './policy.js';
import { isFields, type FieldPath } from './yaml-file.js';

/** More ways to meet a need than a person can keep in mind are a mistake. */
const mostWaysWritten = 64;
const mostPeople = 100;
const deepest = 6;

const form = '{ from: [groups], approvals: 1 }, { all: [...] } or { any: [...] }';

type Complain = (path: FieldPath, text: string) => unknown;

/** `approve` of a rule: a tree of `all`, `any` and `from`. */
export const approve = z.unknown().transform((value, context): Need => {
  const issues: { path: FieldPath; message: string }[] = [];
  const complain: Complain = (path, message) => issues.push({ path, message });
  const need = readNeed(value, [], complain);
  if (issues.length === 0) tooMuch(need, complain);
  for (const { path, message } of issues) context.addIssue({ code: 'custom', message, path: [...path] });
  return issues.length === 0 ? need : z.NEVER;
});

function tooMuch(need: Need, complain: Complain): void {
  const count = countWays(need);
  if (count > mostWaysWritten) {
    complain([], `can be met in ${count} ways; write one with ${mostWaysWritten} at most`);
  } else if (waysOf(need).length < count || waysOf(need).some((way) => peopleIn(way) > mostPeople)) {
    complain([], `asks for more than ${mostPeople} people`);
  }
}

/** What is wrong comes back as a need that nobody can meet, and is complained of. */
function readNeed(value: unknown, path: FieldPath, complain: Complain): Need {
  if (!isFields(value) || path.length > 2 * deepest) return wrong(path, complain);
  const kinds = (['from', 'all', 'any'] as const).filter((kind) => Object.hasOwn(value, kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return wrong(path, complain);
  const allowed: readonly string[] = kind === 'from' ? ['from', 'approvals'] : [kind];
  for (const key of Object.keys(value).filter((each) => !allowed.includes(each))) {
    complain([...path, key], `unknown field; the fields here are ${allowed.join(', ')}`);
  }
  const list: unknown = value[kind];
  if (!Array.isArray(list) || list.length === 0) {
    const what = kind === 'from' ? 'groups, e.g. [soc-leads]' : `needs: ${form}`;
    complain([...path, kind], `write a list of ${what}`);
    return impossible;
  }
  if (kind === 'from') return readFrom(list, value['approvals'] ?? 1, path, complain);
  return { kind, parts: list.map((part: unknown, index) => readNeed(part, [...path, kind, index], complain)) };
}

function readFrom(groups: readonly unknown[], approvals: unknown, path: FieldPath, complain: Complain): Need {
  const names = groups.filter((name) => typeof name === 'string');
  for (const [index, name] of groups.entries()) {
    if (typeof name !== 'string') complain([...path, 'from', index], 'write the name of a group');
  }
  if (typeof approvals === 'number' && Number.isInteger(approvals) && approvals >= 1 && approvals <= mostPeople) {
    return { kind: 'from', groups: [...new Set(names)], approvals };
  }
  complain([...path, 'approvals'], `write a whole number from 1 to ${mostPeople}`);
  return impossible;
}

function wrong(path: FieldPath, complain: Complain): Need {
  complain(path, `write one of ${form}`);
  return impossible;
}
