import { createHash } from 'node:crypto';
import { messageOf } from '../errors.js';
import { consistencyFaults } from './consistency.js';
import { type GroupRef, groupRefOf, groupTitle } from './groups.js';
import type { PeopleRules, Policy, Rule } from './policy.js';
import { invalidPolicy, PolicyError } from './policy-error.js';
import { policyFile, schemaFaults, type PolicyFile } from './schema.js';
import { readYaml } from './yaml-file.js';

/**
 * Reads a policy from the text of its file. `fileName` is only for messages.
 * Throws `PolicyError` `policy_invalid` with every mistake of the file; a policy with a mistake decides nothing.
 */
export function parsePolicy(yamlText: string, fileName: string): Policy {
  const { usable, mistakes } = readYaml(yamlText);
  if (usable === undefined) throw invalidPolicy(fileName, mistakes);
  const read = policyFile.safeParse(usable.value);
  const faults = [...(read.success ? [] : schemaFaults(read.error)), ...consistencyFaults(usable.value)];
  const all = [...mistakes, ...faults.map(({ path, text }) => usable.mistake(path, text))];
  if (!read.success || all.length > 0) throw invalidPolicy(fileName, all);
  return toPolicy(read.data);
}

/**
 * Reads the policy file at `path`. Throws `PolicyError`: `policy_unreadable` when `readFile` fails, otherwise as
 * `parsePolicy`.
 */
export async function loadPolicy(path: string, readFile: (path: string) => Promise<string>): Promise<Policy> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (cause) {
    const next = 'Copy policy.example.yaml there and put your people in it, or set CORDON_POLICY to where the file is.';
    const message = `The policy file ${path} cannot be read (${messageOf(cause)}). ${next}`;
    throw new PolicyError('policy_unreadable', message, { cause });
  }
  return parsePolicy(text, path);
}

function toPolicy(file: PolicyFile): Policy {
  const members = new Map(Object.entries(file.groups).map(([name, list]) => [name, [...new Set(list)]]));
  const groups = new Map([...members].map(([name, list]) => [name, list.filter((id) => !groupRefOf(id))]));
  const sources = new Map(
    [...members].flatMap(([name, list]): [string, GroupRef[]][] => {
      const refs = list.flatMap((id) => groupRefOf(id) ?? []);
      return refs.length === 0 ? [] : [[name, refs]];
    }),
  );
  const unresolved = new Map([...sources].map(([name, refs]) => [name, notAskedYet(name, refs)]));
  const rules = file.rules.map(({ expires, ...rule }): Rule => ({ ...rule, expiryMs: expires }));
  const people = { matchEmail: file.people.match === 'email', same: new Map(file.people.same) };
  return { revision: revisionOf(members, rules, people), groups, rules, people, sources, unresolved };
}

/** Until somebody asks: `policy check` and `policy explain` have nobody to ask. */
function notAskedYet(name: string, refs: readonly GroupRef[]): string {
  return `Who is in ${name} is known to ${refs.map(groupTitle).join(' and ')} alone, which was not asked.`;
}

/**
 * The first 16 hex digits of a SHA-256 over what the policy means. Comments and the order inside lists and maps do not
 * matter; the order of the rules does, because the first that fits applies.
 */
function revisionOf(
  groups: ReadonlyMap<string, readonly string[]>,
  rules: readonly Rule[],
  people: PeopleRules,
): string {
  const meaning = {
    groups: [...groups].map(([name, members]) => [name, unordered(members)] as const).toSorted(byName),
    rules: rules.map((rule) => [
      rule.name,
      unordered(rule.actions),
      unordered(rule.requesters),
      unordered(rule.approvers),
      rule.approvals,
      rule.expiryMs,
      rule.announce.origin,
      rule.announce.approvers,
      unordered(rule.announce.channels.map(({ platform, conversation }) => `${platform}:${conversation}`)),
    ]),
    people: [people.matchEmail, [...people.same].toSorted(byName)],
  };
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex').slice(0, 16);
}

function unordered(list: readonly string[]): string[] {
  return [...new Set(list)].toSorted();
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
