import type { ActionKind, Origin } from '../command/model.js';
import { parseJson, readMachine } from '../defender/parse.js';
import { type Machine, unknownMachine } from '../defender/machine.js';
import { CordonError } from '../errors.js';
import { accountOf, idsOf, type Person } from '../people/person.js';
import { evaluate } from '../policy/evaluate.js';
import { channelPattern, readChannel } from '../policy/field.js';
import { loadPolicy } from '../policy/load.js';
import type { CastVote, Facts, Policy, RecentRequest } from '../policy/policy.js';
import { reasonLines } from '../view/explain.js';
import { readArguments } from './arguments.js';
import { UsageError, type World } from './command-line.js';
import { withoutLookUps } from './offline.js';
import { policyPath } from './policy-check.js';

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean', default: false } as const;

const options = {
  policy: text,
  as: text,
  action: text,
  device: text,
  name: text,
  os: text,
  group: text,
  value: text,
  risk: text,
  exposure: text,
  health: text,
  tag: texts,
  channel: text,
  direct: flag,
  at: text,
  comment: text,
  'approved-by': texts,
  'denied-by': texts,
  member: texts,
  'other-devices': text,
  json: flag,
} as const;

type Given = ReturnType<typeof readArguments<typeof options>>['values'];

/** Prints what the policy would decide. Throws a `CordonError` `policy_forbids` where the answer is no, so that the exit code says so. */
export async function explainPolicy(args: readonly string[], world: World): Promise<void> {
  const { values, positionals } = readArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`“${positionals.join(' ')}” is too much: everything is an option here.`);
  const loaded = await loadPolicy(values.policy ?? policyPath(world), world.readText);
  const policy = withoutLookUps(loaded, membersIn(values, loaded));
  const verdict = evaluate(policy, await factsIn(values, policy, world));
  const { decision, rule, progress } = verdict;
  const summary = `${decision}${rule === undefined ? '' : `, by rule “${rule}”`}${decision === 'forbidden' ? '' : `: ${progress}`}`;
  const tree = [summary, ...reasonLines(verdict.reason)].join('\n');
  world.stdout(values.json ? `${JSON.stringify(verdict, null, 2)}\n` : `${tree}\n`);
  if (decision !== 'forbidden' && decision !== 'vetoed') return;
  throw new CordonError('policy_forbids', `Not allowed: ${verdict.reason.because}`);
}

async function factsIn(given: Given, policy: Policy, world: World): Promise<Facts> {
  if (given.as === undefined) throw new UsageError('--as is missing: who asks, e.g. slack:T012AB3CD:U045EF6GH.');
  const requester = personOf(given.as, policy);
  return {
    action: actionIn(given),
    requester,
    origin: originIn(given, requester),
    device: await deviceIn(given, world),
    comment: given.comment ?? '',
    votes: [...votesIn(given['approved-by'], 'approve', policy), ...votesIn(given['denied-by'], 'deny', policy)],
    now: momentIn(given, world),
    recent: lately(given, requester, momentIn(given, world)),
  };
}

/** So many other devices that this person asked to restrict just before, for ceilings. */
function lately({ 'other-devices': count = '0' }: Given, requester: Person, now: number): RecentRequest[] {
  if (!/^\d{1,4}$/.test(count)) throw new UsageError(`--other-devices ${count}: write a number, e.g. 12.`);
  return Array.from({ length: Number(count) }, (_, index) => ({
    requesterIds: idsOf(requester),
    deviceId: `other device ${index}`,
    createdAt: now - 1,
  }));
}

function actionIn({ action = 'restrict' }: Given): ActionKind {
  if (action === 'restrict' || action === 'release') return action;
  throw new UsageError(`--action ${action} is none: write restrict or release.`);
}

function originIn({ channel, direct }: Given, { account }: Person): Origin {
  const { tenant } = account;
  if (channel === undefined) return { platform: account.platform, tenant, conversation: 'not given', direct };
  if (!channelPattern.test(channel)) {
    throw new UsageError(`--channel ${channel} is none: write slack:<channel id> or teams:<conversation id>.`);
  }
  return { ...readChannel(channel), tenant, direct };
}

function momentIn({ at }: Given, { now }: World): number {
  const moment = at === undefined ? now() : Date.parse(at);
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(`--at ${at ?? ''} is no moment: write it in ISO 8601, e.g. 2026-11-23T22:00:00+01:00.`);
}

function votesIn(ids: readonly string[] | undefined, decision: CastVote['decision'], policy: Policy): CastVote[] {
  return listed(ids).map((id) => ({ person: personOf(id, policy), decision }));
}

function listed(values: readonly string[] = []): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

/** A member of the workspace with that id and every other one that the file says is the same person's. */
function personOf(written: string, { people }: Policy): Person {
  const id = /^entra:/i.test(written) ? written.toLowerCase() : written;
  if (!/^(?:slack|entra):[^:\s]+:[^:\s]+$/.test(id)) {
    throw new UsageError(
      `${written} is no id of a person: write slack:<team>:<user> or entra:<tenant id>:<object id>.`,
    );
  }
  const entra = people.same.get(id) ?? id;
  const aliases = [...people.same].filter(([, other]) => other === entra).map(([slack]) => slack);
  return { id: entra, account: accountOf(id), name: id, standing: 'member', aliases };
}

function membersIn({ member }: Given, { groups }: Policy): ReadonlyMap<string, readonly string[]> {
  const entries = (member ?? []).map((line): [string, string[]] => {
    const [, name = '', ids = ''] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (!groups.has(name)) throw new UsageError(`--member ${line}: the policy has no such group; write group=id,id.`);
    return [name, listed([ids])];
  });
  return new Map(entries);
}

async function deviceIn(given: Given, { readText }: World): Promise<Machine> {
  const machine = given.device === undefined ? undefined : readMachine(await machineFile(given.device, readText));
  if (given.device !== undefined && machine === undefined) {
    throw new UsageError(`--device ${given.device} is no machine: a JSON object as Defender's API gives it.`);
  }
  const base = machine ?? unknownMachine('the device');
  return {
    ...base,
    computerDnsName: given.name ?? base.computerDnsName,
    osPlatform: given.os ?? base.osPlatform,
    rbacGroupName: given.group ?? base.rbacGroupName,
    deviceValue: given.value ?? base.deviceValue,
    riskScore: given.risk ?? base.riskScore,
    exposureLevel: given.exposure ?? base.exposureLevel,
    healthStatus: given.health ?? base.healthStatus,
    machineTags: given.tag ?? base.machineTags,
  };
}

/** A facts file need not have an id: nothing is done to the device. */
async function machineFile(path: string, readText: World['readText']): Promise<unknown> {
  const value = parseJson(await readText(path));
  return typeof value === 'object' && value !== null && !('id' in value) ? { ...value, id: 'the device' } : value;
}
