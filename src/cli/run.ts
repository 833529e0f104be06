import { nearest } from '../command/nearest.js';
import { CordonError, messageOf } from '../errors.js';
import { version } from '../version.js';
import { type CliCommand, UsageError, type World } from './command-line.js';
import { audit } from './audit.js';
import { backup } from './backup.js';
import { doctor } from './doctor.js';
import { manifest } from './manifest.js';
import { policy } from './policy.js';

const commands: Readonly<Record<string, CliCommand>> = { audit, backup, doctor, manifest, policy };

/** Carries out one command line. The exit code: 0 done, 1 failed, 2 not understood. */
export async function run(args: readonly string[], world: World): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (name === '--version') {
    world.stdout(`${version}\n`);
    return 0;
  }
  if (['help', '--help', '-h'].includes(name)) {
    const asked = rest[0] === undefined ? undefined : find(rest[0]);
    world.stdout(asked === undefined ? overview() : `${asked.help}\n`);
    return 0;
  }
  const command = find(name);
  if (command === undefined) {
    const meant = nearest(name, Object.keys(commands));
    world.stderr(
      `There is no command “${name}”. ${meant === undefined ? 'cordon help lists them.' : `Did you mean “${meant}”?`}\n`,
    );
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    world.stdout(`${command.help}\n`);
    return 0;
  }
  try {
    await command.run(rest, world);
    return 0;
  } catch (error) {
    const text = error instanceof CordonError ? (error.userText ?? error.message) : messageOf(error);
    world.stderr(`${text}\n`);
    if (!(error instanceof UsageError)) return 1;
    world.stderr(`cordon ${name} --help shows what can be written.\n`);
    return 2;
  }
}

function find(name: string): CliCommand | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return [
    'Cordon on the command line. cordon <command> --help says more.',
    ...lines,
    '  help       shows this',
    '',
  ].join('\n');
}
