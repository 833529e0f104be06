/**
 * Servers and domain controllers: what they are taken for, and what restricting one takes besides what the rule says. Guarantees: where
 * it is not known what a device is, it is taken for the one that asks for more. Defender does not say of a machine that it is a domain
 * controller; tags and names are the operator's word, and whoever may change them may change the answer.
 */
import { machineName, type Machine } from '../defender/machine.js';
import { fitsPattern } from './glob.js';
import type { Finding } from './known.js';
import type { Facts, Need, Rule, Strict } from './policy.js';
import { approvals } from './wording.js';

/** What holds where the file has no `strict`. Microsoft's own examples of domain controllers are named DC01 and the like. */
export const usualStrict: Strict = {
  servers: 1,
  domainControllers: {
    approvals: 2,
    tags: ['DomainController', 'Domain Controller', 'Tier0', 'Tier 0'],
    names: ['dc', 'dc?', 'dc??', 'dc-*', '*-dc', '*-dc?', '*-dc??'],
  },
};

export function serverFinding({ osPlatform }: Machine): Finding {
  if (osPlatform === null) return { known: 'unknown', because: 'Defender does not say which system the device runs' };
  return /server/i.test(osPlatform)
    ? { known: 'yes', because: `the device runs ${osPlatform}, a server system` }
    : { known: 'no', because: `the device runs ${osPlatform}, which is no server system` };
}

/** By a tag, or by its name unless it is known to run no server system. */
export function domainControllerFinding({ domainControllers: { tags, names } }: Strict, machine: Machine): Finding {
  const tag = machine.machineTags.find((each) => tags.some((other) => sameWord(each, other)));
  if (tag !== undefined) return { known: 'yes', because: `the device is tagged ${tag}` };
  const server = serverFinding(machine);
  const none: Finding = {
    known: 'no',
    because: 'neither a tag nor the name of the device is that of a domain controller',
  };
  if (server.known === 'no' || names.length === 0) return none;
  const { computerDnsName: name } = machine;
  if (name === null) return { known: 'unknown', because: 'Defender does not say how the device is called' };
  const pattern = names.find((each) => fitsName(each, name));
  return pattern === undefined
    ? none
    : { known: 'yes', because: `the name ${name} is that of a domain controller (${pattern})` };
}

/** Patterns are for the short host name and for the full one. */
export function fitsName(pattern: string, name: string): boolean {
  return fitsPattern(pattern, name) || fitsPattern(pattern, name.split('.')[0] ?? name);
}

export function sameWord(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** A Need besides the rule's, and why, as a sentence. */
export interface ExtraNeed {
  readonly need: Need;
  readonly because: string;
}

/**
 * What restricting a server or a domain controller takes besides, from the groups of the rule. A rule that speaks of servers or of
 * domain controllers itself has decided that already; releasing makes nothing stricter.
 */
export function strictness(
  strict: Strict,
  rule: Rule,
  { action, device }: Pick<Facts, 'action' | 'device'>,
): ExtraNeed[] {
  if (action !== 'restrict' || rule.forbid !== undefined) return [];
  const asked = rule.when?.device ?? {};
  const extra = (kind: string, { known, because }: Finding, more: number): ExtraNeed[] => {
    if (known === 'no' || more === 0) return [];
    const is = known === 'yes' ? 'is' : 'may be';
    const sentence = `${machineName(device)} ${is} a ${kind}, which takes ${approvals(more)} more than rule “${rule.name}” says: ${because}.`;
    return [{ need: { kind: 'from', groups: rule.approvers, approvals: more }, because: sentence }];
  };
  if (asked.domainController !== undefined && domainControllerFinding(strict, device).known === 'yes') return [];
  const controller =
    asked.domainController === undefined
      ? extra('domain controller', domainControllerFinding(strict, device), strict.domainControllers.approvals)
      : [];
  if (controller.length > 0) return controller;
  return asked.server === undefined ? extra('server', serverFinding(device), strict.servers) : [];
}
