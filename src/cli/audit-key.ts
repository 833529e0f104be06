import { readArguments } from './arguments.js';
import { keysOf } from './audit-settings.js';
import type { World } from './command-line.js';

export async function auditKey(args: readonly string[], world: World): Promise<void> {
  const { values } = readArguments(args, { out: { type: 'string' } });
  const { signer, ids } = await keysOf(world);
  const [, ...others] = ids;
  world.stderr(`audit key ${signer.id}${others.length === 0 ? '' : `; also accepted: ${others.join(', ')}`}\n`);
  if (values.out === undefined || values.out === '-') world.stdout(signer.publicPem);
  else await world.writeFile(values.out, signer.publicPem);
}
