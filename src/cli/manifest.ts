import { nearest } from '../command/nearest.js';
import { readArguments } from './arguments.js';
import { type CliCommand, UsageError, type World } from './command-line.js';
import { slackManifest } from './manifest-slack.js';
import { teamsPackage } from './manifest-teams.js';

const options = {
  host: { type: 'string' },
  'app-id': { type: 'string' },
  'socket-mode': { type: 'boolean', default: false },
  out: { type: 'string' },
} as const;

const defaultPackage = 'cordon-teams.zip';

export const manifest: CliCommand = {
  summary: 'writes the Slack manifest, or the Teams app package, for your host name',
  help: `cordon manifest teams --host <host name> [--app-id <MicrosoftAppId>] [--out ${defaultPackage}]
  Writes the app package that is uploaded to Teams; --out - prints it. Without --app-id it is MicrosoftAppId of the environment.
cordon manifest slack --host <host name> [--socket-mode] [--out <file>]
  Writes the manifest from which the Slack app is created; prints it without --out. With --socket-mode no host is needed.
The host name is the one under which the platform reaches Cordon, such as cordon.contoso.com.`,
  async run(args, world) {
    const { values, positionals } = readArguments(args, options);
    const [platform, ...rest] = positionals;
    if (rest.length > 0)
      throw new UsageError(`“${rest.join(' ')}” is too much: cordon manifest ${platform ?? ''} takes options alone.`);
    switch (platform) {
      case 'teams':
        return writeTeams(world, values);
      case 'slack':
        return writeSlack(world, values);
      default:
        throw new UsageError(unknownPlatform(platform));
    }
  },
};

function unknownPlatform(typed: string | undefined): string {
  const meant = typed === undefined ? undefined : nearest(typed, ['teams', 'slack']);
  const problem = typed === undefined ? 'The platform is missing.' : `There is no manifest for “${typed}”.`;
  return meant === undefined
    ? `${problem} Say cordon manifest teams, or cordon manifest slack.`
    : `${problem} Did you mean “${meant}”?`;
}

interface Given {
  readonly host?: string | undefined;
  readonly 'app-id'?: string | undefined;
  readonly 'socket-mode'?: boolean | undefined;
  readonly out?: string | undefined;
}

async function writeTeams(world: World, given: Given): Promise<void> {
  if (given['socket-mode'] === true)
    throw new UsageError('--socket-mode is for Slack alone: Teams has to reach Cordon by its host name.');
  const out = given.out ?? defaultPackage;
  const content = await teamsPackage({ host: hostIn(given), appId: appIdIn(given, world), asset: world.asset });
  if (out === '-') {
    world.stdout(content);
    return;
  }
  await world.writeFile(out, content);
  world.stdout(
    `${out} is written. Upload it in the Teams admin center, or in Teams under Apps, Manage your apps: docs/teams.md.\n`,
  );
}

async function writeSlack(world: World, given: Given): Promise<void> {
  if (given['app-id'] !== undefined) throw new UsageError('--app-id is for Teams alone: Slack gives the app its id.');
  const reach = given['socket-mode'] === true ? { socketMode: true as const } : { host: hostIn(given) };
  const text = slackManifest(new TextDecoder().decode(await world.asset('manifests/slack/manifest.yaml')), reach);
  if (given.out === undefined || given.out === '-') {
    world.stdout(text);
    return;
  }
  await world.writeFile(given.out, text);
  world.stdout(`${given.out} is written. Create the Slack app from it: docs/slack.md.\n`);
}

function hostIn({ host }: Given): string {
  if (host === undefined)
    throw new UsageError(
      '--host is missing: the name under which the platform reaches Cordon, such as cordon.contoso.com.',
    );
  if (!/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/i.test(host)) {
    throw new UsageError(
      `--host ${host} is no host name. Write it without https:// and without a path, such as cordon.contoso.com.`,
    );
  }
  return host.toLowerCase();
}

function appIdIn(given: Given, { env }: World): string {
  const id = given['app-id'] ?? env['MicrosoftAppId'];
  if (id === undefined || id === '')
    throw new UsageError(
      '--app-id is missing, and MicrosoftAppId is not set: the application id of the bot’s app registration.',
    );
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    throw new UsageError(
      `The app id ${id} is no GUID. Copy the application (client) id of the bot’s app registration.`,
    );
  }
  return id.toLowerCase();
}
