/**
 * How much may be asked for in a short time. Guarantees: a ceiling only ever adds to what a rule asks for, or forbids; where it is not
 * known what was asked for lately, it forbids. It counts what was stored: what was refused before is in no count. It does not stop
 * what was approved below the ceiling: that is what `stop` is for.
 */
import { idsOf } from '../people/person.js';
import type { Ceiling, Facts, Need, Policy, RecentRequest } from './policy.js';

export interface Ceilings {
  /** Why the Request may not be made at all. */
  readonly forbid?: string;
  /** What the Request needs beside the need of its rule. */
  readonly needs: readonly { readonly need: Extract<Need, { kind: 'from' }>; readonly because: string }[];
  /** Names of the groups that are told of a crossing. */
  readonly tell: readonly string[];
  readonly crossed: readonly Crossing[];
}

export interface Crossing {
  readonly ceiling: Ceiling;
  /** Distinct devices within the ceiling's time, this one included. */
  readonly devices: number;
  /** Whose devices were counted: the same text for the same people. */
  readonly whose: string;
}

const below: Ceilings = { needs: [], tell: [], crossed: [] };

export function ceilings(policy: Policy, facts: Facts): Ceilings {
  const applying = facts.action === 'restrict' ? policy.ceilings.filter((each) => appliesTo(policy, each, facts)) : [];
  if (applying.length === 0) return below;
  const { recent } = facts;
  if (recent === undefined) return { ...below, forbid: 'It is not known how many devices were asked for lately.' };
  const crossed = applying.flatMap((ceiling): Crossing[] => {
    const devices = devicesOf(policy, ceiling, facts, recent);
    return devices > ceiling.devices ? [{ ceiling, devices, whose: whose(ceiling, facts) }] : [];
  });
  const forbidding = crossed.find(({ ceiling }) => ceiling.then === 'forbid');
  return {
    ...(forbidding === undefined ? {} : { forbid: `${sentence(forbidding)} No more may be asked for now.` }),
    needs: crossed.flatMap((crossing) => {
      const { then } = crossing.ceiling;
      if (then === 'forbid') return [];
      return [
        { need: { kind: 'from' as const, groups: then.from, approvals: then.approvals }, because: sentence(crossing) },
      ];
    }),
    tell: crossed.some(({ ceiling }) => ceiling.tell) ? policy.owners : [],
    crossed,
  };
}

/** How far back anything has to be known; 0 where the policy has no ceiling. */
export function longestWindow(policy: Pick<Policy, 'ceilings'>): number {
  return Math.max(0, ...policy.ceilings.map(({ withinMs }) => withinMs));
}

function appliesTo(policy: Policy, { per, groups }: Ceiling, { requester }: Facts): boolean {
  return per !== 'group' || isIn(policy, groups, idsOf(requester));
}

function devicesOf(policy: Policy, ceiling: Ceiling, facts: Facts, recent: readonly RecentRequest[]): number {
  const { device, requester, now, askedAt = now } = facts;
  const own = [...idsOf(requester), ...(requester.formerly ?? [])];
  const counts = ({ requesterIds }: RecentRequest): boolean => {
    switch (ceiling.per) {
      case 'person':
        return requesterIds.some((id) => own.includes(id));
      case 'group':
        return isIn(policy, ceiling.groups, requesterIds);
      case 'tenant':
        return true;
    }
  };
  const since = askedAt - ceiling.withinMs;
  const devices = recent.filter((each) => each.createdAt > since && counts(each)).map(({ deviceId }) => deviceId);
  return new Set([...devices, device.id]).size;
}

/** Whoever may be in one counts as in it: that can only make a ceiling stricter. */
function isIn({ groups, unresolved }: Policy, names: readonly string[], ids: readonly string[]): boolean {
  return names.some(
    (name) => unresolved.has(name) || groups.get(name)?.some((member) => ids.includes(member)) === true,
  );
}

function whose({ per, groups }: Ceiling, { requester }: Facts): string {
  return per === 'person' ? requester.id : per === 'group' ? groups.join(',') : 'everybody';
}

function sentence({ ceiling, devices }: Crossing): string {
  const { name, per, groups } = ceiling;
  const by = { person: 'by one person', group: `by ${groups.join(' and ')} together`, tenant: 'by everybody together' };
  const most = `${ceiling.devices} ${ceiling.devices === 1 ? 'device' : 'devices'}`;
  return `Ceiling “${name}”: this is device ${devices} in ${spanOf(ceiling.withinMs)} ${by[per]}, and more than ${most} is above it.`;
}

/** `10 minutes`, `2 hours`. */
function spanOf(ms: number): string {
  const minutes = ms / 60_000;
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
