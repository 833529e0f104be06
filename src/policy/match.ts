/**
 * Which rule applies. Guarantees: a rule never applies because a fact is missing. Where a fact is not known, the rules that it could
 * make apply are kept beside the one that does, and evaluate.ts asks all of them: not knowing is never the easier way.
 */
import type { Origin } from '../command/model.js';
import { nameAndId } from '../people/person.js';
import { hoursInWords, inBusinessHours } from './hours.js';
import { every, type Finding, type Known } from './known.js';
import { fitsPattern } from './glob.js';
import { membership } from './membership.js';
import type { DeviceWhen, Facts, OriginWhen, Policy, Rule, When } from './policy.js';
import { domainControllerFinding, fitsName, sameWord, serverFinding } from './strict.js';
import { oneOf } from './wording.js';

/** The facts that conditions read. */
export type Circumstances = Pick<Facts, 'action' | 'requester' | 'origin' | 'device' | 'now'>;

export interface Passed {
  readonly rule: Rule;
  /** Why it does not apply, or why that is not known, as parts of a sentence. */
  readonly because: readonly string[];
}

export interface Choice {
  /** The first rule that is known to match. */
  readonly applies?: Rule;
  /** Rules before it of which it is not known whether they match. */
  readonly maybe: readonly Passed[];
  /** Rules before it that name the action and do not match. */
  readonly passed: readonly Passed[];
}

export function chooseRule(policy: Policy, facts: Circumstances): Choice {
  const maybe: Passed[] = [];
  const passed: Passed[] = [];
  for (const rule of policy.rules) {
    if (!rule.actions.includes(facts.action)) continue;
    const findings = rule.when === undefined ? [] : conditions(policy, rule.when, facts);
    const known = every(findings);
    if (known === 'yes') return { applies: rule, maybe, passed };
    const because = findings.filter((finding) => finding.known === known).map((finding) => finding.because);
    (known === 'no' ? passed : maybe).push({ rule, because });
  }
  return { maybe, passed };
}

/** One finding for each condition that is given. */
function conditions(policy: Policy, when: When, facts: Circumstances): Finding[] {
  return [
    ...deviceFindings(policy, when.device ?? {}, facts),
    ...(when.requesters === undefined ? [] : [requesterFinding(policy, when.requesters, facts)]),
    ...originFindings(when.origin ?? {}, facts.origin),
    ...(when.businessHours === undefined ? [] : [hoursFinding(policy, when.businessHours, facts.now)]),
  ];
}

function deviceFindings(policy: Policy, when: DeviceWhen, { device }: Circumstances): Finding[] {
  const wanted: (Finding | undefined)[] = [
    when.tags && tagFinding(when.tags, device.machineTags),
    when.groups && wordFinding('device group', when.groups, device.rbacGroupName, sameWord),
    when.value && wordFinding('device value', when.value, device.deviceValue, sameWord),
    when.os && wordFinding('system', when.os, device.osPlatform, fitsPattern),
    flag(when.server, serverFinding(device)),
    flag(when.domainController, domainControllerFinding(policy.strict, device)),
    when.risk && wordFinding('risk', when.risk, device.riskScore, sameWord),
    when.exposure && wordFinding('exposure', when.exposure, device.exposureLevel, sameWord),
    when.health && wordFinding('health', when.health, healthOf(when.health, device.healthStatus), sameWord),
    when.names && wordFinding('name', when.names, device.computerDnsName, fitsName),
  ];
  return wanted.filter((finding) => finding !== undefined);
}

/** Defender's own `Unknown` is not known, unless the rule asks for that very word. */
function healthOf(wanted: readonly string[], status: string | null): string | null {
  return status !== null && sameWord(status, 'Unknown') && !wanted.some((each) => sameWord(each, status))
    ? null
    : status;
}

function tagFinding(wanted: readonly string[], tags: readonly string[]): Finding {
  const tag = tags.find((each) => wanted.some((other) => sameWord(each, other)));
  return tag === undefined
    ? { known: 'no', because: `the device is not tagged ${oneOf(wanted)}` }
    : { known: 'yes', because: `the device is tagged ${tag}` };
}

function wordFinding(
  what: string,
  wanted: readonly string[],
  value: string | null,
  fits: (wanted: string, value: string) => boolean,
): Finding {
  if (value === null) return { known: 'unknown', because: `Defender does not give the ${what} of the device` };
  const known: Known = wanted.some((each) => fits(each, value)) ? 'yes' : 'no';
  return { known, because: `the ${what} of the device is ${value}${known === 'yes' ? '' : `, not ${oneOf(wanted)}`}` };
}

function flag(wanted: boolean | undefined, { known, because }: Finding): Finding | undefined {
  if (wanted === undefined) return undefined;
  return { known: wanted || known === 'unknown' ? known : known === 'yes' ? 'no' : 'yes', because };
}

function requesterFinding(policy: Policy, groups: readonly string[], { requester }: Circumstances): Finding {
  const { inside, unresolved } = membership(policy, groups, requester);
  if (inside.length > 0) return { known: 'yes', because: `${requester.name} is in ${oneOf(inside)}` };
  if (unresolved.length > 0) {
    return { known: 'unknown', because: `it is not known whether ${nameAndId(requester)} is in ${oneOf(groups)}` };
  }
  return { known: 'no', because: `${requester.name} is not in ${oneOf(groups)}` };
}

function originFindings(when: OriginWhen, { platform, conversation, direct }: Origin): Finding[] {
  const holds = (is: boolean, because: string): Finding => ({ known: is ? 'yes' : 'no', because });
  const here = `${platform}:${conversation}`;
  return [
    ...(when.platforms === undefined ? [] : [holds(when.platforms.includes(platform), `it was asked in ${platform}`)]),
    ...(when.channels === undefined
      ? []
      : [
          holds(
            when.channels.some((channel) => channel.platform === platform && channel.conversation === conversation),
            `it was asked in ${here}`,
          ),
        ]),
    ...(when.direct === undefined
      ? []
      : [holds(when.direct === direct, `it was asked in a ${direct ? 'direct message' : 'channel'}`)]),
  ];
}

function hoursFinding({ time }: Policy, wanted: boolean, now: number): Finding {
  if (time === undefined) return { known: 'unknown', because: 'the policy does not say what business hours are' };
  const inside = inBusinessHours(time, now);
  const because = `it is ${inside ? 'within' : 'outside'} business hours (${hoursInWords(time)})`;
  return { known: inside === wanted ? 'yes' : 'no', because };
}
