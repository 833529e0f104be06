import { CordonError } from '../errors.js';
import { loadPolicy } from '../policy/load.js';
import { policyWarnings } from '../policy/warnings.js';
import { readArguments } from './arguments.js';
import { UsageError, type World } from './command-line.js';
import { withoutLookUps } from './offline.js';

/** The file that Cordon would read. */
export function policyPath({ env }: World): string {
  const path = env['CORDON_POLICY'];
  return path === undefined || path === '' ? 'policy.yaml' : path;
}

/** Throws a `PolicyError` with every mistake of the file; with `--strict` also where it has warnings. */
export async function checkPolicy(args: readonly string[], world: World): Promise<void> {
  const { values, positionals } = readArguments(args, { strict: { type: 'boolean', default: false } });
  const [path = policyPath(world), ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`“${rest.join(' ')}” is too much: one file is checked at a time.`);
  const policy = withoutLookUps(await loadPolicy(path, world.readText), new Map());
  const warnings = policyWarnings(policy);
  const rules = policy.rules.length === 1 ? '1 rule' : `${policy.rules.length} rules`;
  const lines = [
    `${path} is a policy: ${rules}, revision ${policy.revision}.`,
    ...warnings.map((text) => `Warning: ${text}`),
  ];
  world.stdout(`${lines.join('\n')}\n`);
  if (!values.strict || warnings.length === 0) return;
  throw new CordonError('policy_warnings', `${path} has warnings, and --strict takes them for mistakes.`);
}
