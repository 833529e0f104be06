import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Another build of Cordon, in a folder that `close` removes. */
export interface Build {
  readonly main: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Where the compiled `src/request/recover.js` begins to look for a call whose answer never came. */
const begins = /^export async function recover\(world, request\b[^)]*\) \{$/m;
/** Sends again at once, and asks Defender nothing. */
const blindly = `
    const { advance } = await import('./request.js');
    const again = advance(request, 'requeue', world.now(), { dueAt: world.now() });
    if (again !== undefined) await world.store.change(again, { audit: [], deliveries: [] });
    world.wake('dispatch');
    return;
`;

/** A Cordon whose recovery resends blindly: a judge that passes it would pass anything. */
export async function buildBlind(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-blind-'));
  for (const part of ['dist/src', 'dist/adapters', 'package.json'])
    await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const recover = join(folder, 'dist/src/request/recover.js');
  const code = await readFile(recover, 'utf8');
  const found = code.match(new RegExp(begins, 'gm')) ?? [];
  if (found.length !== 1) throw new Error(`The place to make recovery blind is there ${found.length} times, not once.`);
  await writeFile(
    recover,
    code.replace(begins, (line) => `${line}${blindly}`),
  );
  return {
    main: join(folder, 'dist/src/main.js'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
