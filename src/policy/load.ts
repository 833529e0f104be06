import { createHash } from 'node:crypto';
import { messageOf } from '../errors.js';
import { ceilingFaults, toCeiling } from './ceilings-schema.js';
import { consistencyFaults } from './consistency.js';
import { type GroupRef, groupRefOf, groupTitle } from './groups.js';
import { groupsIn, impossible, leastPeople } from './need.js';
import type { Policy, Rule } from './policy.js';
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
  const faults = [
    ...(read.success ? [] : schemaFaults(read.error)),
    ...consistencyFaults(usable.value),
    ...ceilingFaults(usable.value),
  ];
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
  const sources = new Map(
    [...members].flatMap(([name, list]): [string, GroupRef[]][] => {
      const refs = list.flatMap((id) => groupRefOf(id) ?? []);
      return refs.length === 0 ? [] : [[name, refs]];
    }),
  );
  const policy = {
    groups: new Map([...members].map(([name, list]) => [name, list.filter((id) => !groupRefOf(id))])),
    sources,
    rules: file.rules.map(toRule),
    people: { matchEmail: file.people.match === 'email', same: new Map(file.people.same) },
    unresolved: new Map([...sources].map(([name, refs]) => [name, notAskedYet(name, refs)])),
    strict: { servers: file.strict.servers, domainControllers: file.strict['domain-controllers'] },
    ...(file.time === undefined ? {} : { time: file.time }),
    owners: file.owners,
    stoppers: file.stop,
    ceilings: file.ceilings.map(toCeiling),
  };
  return { revision: revisionOf(policy), ...policy };
}

/** Until somebody asks: `policy check` and `policy explain` have nobody to ask. */
function notAskedYet(name: string, refs: readonly GroupRef[]): string {
  return `Who is in ${name} is known to ${refs.map(groupTitle).join(' and ')} alone, which was not asked.`;
}

function toRule(written: PolicyFile['rules'][number]): Rule {
  const { name, actions, when, forbid, requesters = [], approvers = [], approvals = 1, approve, expires } = written;
  const need = forbid === undefined ? (approve ?? { kind: 'from', groups: approvers, approvals }) : impossible;
  return {
    name,
    actions,
    ...(when === undefined ? {} : { when }),
    ...(forbid === undefined ? {} : { forbid }),
    requesters,
    need,
    approvers: groupsIn(need),
    // What nobody can approve never takes nobody.
    approvals: leastPeople(need) ?? 1,
    ownApproval: written['own-approval'],
    reasons: written.reasons,
    expiryMs: expires,
    announce: written.announce,
  };
}

/**
 * The first 16 hex digits of a SHA-256 over what the policy means. Comments and the order inside lists and maps do not
 * matter; the order of the rules does, because the first that fits applies.
 */
function revisionOf({ rules, ...rest }: Omit<Policy, 'revision' | 'unresolved'>): string {
  const { unresolved, ...meaning } = { unresolved: undefined, ...rest };
  const text = JSON.stringify([plain(meaning), rules.map(plain)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** As plain values in an order of their own: fields by name, lists by content; a word said twice in a list is said once. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value) as object);
  if (Array.isArray(value))
    return inOrder(value.every((each) => typeof each === 'string') ? [...new Set(value)] : value);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, plain(each)]);
}

function inOrder(list: readonly unknown[]): unknown[] {
  const keyed = list.map((each) => ({ value: plain(each), key: JSON.stringify(plain(each)) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ value }) => value);
}
