import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import crossFetch from 'cross-fetch';
import * as cast from './cast.js';
import type { CordonProcess } from './cordon-process.js';
import { type DefenderOptions, type DefenderStandIn, startDefender } from './defender.js';
import { type EntraStandIn, startEntra } from './entra.js';
import { graphResource, type GraphStandIn, startGraph } from './graph.js';
import { type Replicas, startReplicas } from './replicas.js';
import { type SlackOptions, type SlackStandIn, startSlack } from './slack.js';
import { createSlackDoor, createSocketDoor, type HttpSlackDoor, type SlackDoor } from './slack/door.js';
import { startTeams, type TeamsOnLoopback, type TeamsOptions } from './teams.js';
import { createTeamsDoor, type TeamsDoor } from './teams/door.js';

export interface BootOptions {
  readonly policy?: string;
  /** Replaces or adds settings of Cordon; an empty value takes one away. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly slack?: Partial<SlackOptions>;
  readonly defender?: Partial<DefenderOptions>;
  /** Teams is there only when asked for; `{}` asks for the usual cast. */
  readonly teams?: Partial<TeamsOptions> | false;
  /** Slack reaches Cordon over a WebSocket that Cordon opens. */
  readonly socketMode?: boolean;
  /** How many Cordon processes share the work; one when missing. */
  readonly replicas?: number;
  /** The compiled `main.js` of another build of Cordon. */
  readonly main?: string;
}

/** Slack, Entra, Defender and, when asked for, Teams on loopback, and a Cordon that talks to them. */
export interface Sandbox {
  readonly slack: SlackStandIn;
  readonly entra: EntraStandIn;
  readonly defender: DefenderStandIn;
  readonly graph: GraphStandIn;
  readonly settings: Readonly<Record<string, string>>;
  /** The first one, where there are several. */
  cordon(): CordonProcess;
  readonly replicas: Replicas;
  /** The way in over HTTP, by the balancer; follows Cordon over a restart. */
  door(): HttpSlackDoor;
  socketDoor(): SlackDoor;
  readonly hasTeams: boolean;
  /** Throws where `boot` was not asked for Teams; so does `teamsDoor`. */
  teams(): TeamsOnLoopback;
  /** The way in from Teams; follows Cordon over a restart. */
  teamsDoor(): TeamsDoor;
  /** Starts Cordon again after its process ended. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const signingSecret = '5a0db0c55a0db0c55a0db0c55a0db0c5';
const now = (): number => Date.now();

/** Starts everything in a folder of its own, which `close` removes. */
export async function boot(options: BootOptions = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-sandbox-'));
  const entra = await startEntra({ now });
  const defender = await startDefender({
    machines: cast.devices,
    now,
    validToken: entra.validToken,
    rolesOf: entra.rolesOf,
    ...options.defender,
  });
  entra.allow(graphResource);
  const graph = await startGraph({ validToken: entra.validToken });
  const slack = await startSlack({ now, users: cast.people, channels: cast.channels, ...options.slack });
  const teams = await startTeamsIfAsked(options.teams, entra);
  await writeFile(join(folder, 'policy.yaml'), options.policy ?? cast.policy);
  await writeFile(join(folder, 'entra-ca.pem'), entra.caPem);

  const settings = withoutEmpty({
    NODE_EXTRA_CA_CERTS: join(folder, 'entra-ca.pem'),
    DATABASE_URL: `sqlite:${join(folder, 'cordon.db')}`,
    CORDON_POLICY: join(folder, 'policy.yaml'),
    CORDON_AUDIT_KEY: join(folder, 'audit-key.pem'),
    SLACK_BOT_TOKEN: slack.botToken,
    ...(options.socketMode === true ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: signingSecret }),
    SLACK_API_URL: slack.apiUrl,
    AZURE_TENANT_ID: entra.tenantId,
    AZURE_CLIENT_ID: entra.clientId,
    AZURE_CLIENT_SECRET: entra.clientSecret,
    AZURE_AUTHORITY_HOST: entra.url,
    ENTRA_DISABLE_INSTANCE_DISCOVERY: 'true',
    DEFENDER_API_URL: defender.url,
    CORDON_GRAPH_URL: graph.url,
    ...teams?.settings,
    ...options.settings,
  });

  const closeStandIns = async (): Promise<void> => {
    await Promise.all([slack.close(), teams?.close(), defender.close(), graph.close(), entra.close()]);
    await rm(folder, { recursive: true, force: true });
  };
  let replicas: Replicas;
  try {
    replicas = await startReplicas({ settings, count: options.replicas ?? 1, now, main: options.main });
  } catch (error) {
    await closeStandIns();
    throw error;
  }

  const teamsStandIn = (): TeamsOnLoopback => {
    if (teams === undefined) throw new Error('This sandbox has no Teams: boot({ teams: {} }) starts it.');
    return teams;
  };
  return {
    slack,
    entra,
    defender,
    graph,
    settings,
    hasTeams: teams !== undefined,
    cordon: () => replicas.process(0),
    replicas,
    door: () => createSlackDoor({ slack, url: `${replicas.url}/slack/events`, signingSecret, now, fetch: crossFetch }),
    socketDoor: () => createSocketDoor(slack),
    teams: teamsStandIn,
    teamsDoor: () => createTeamsDoor({ teams: teamsStandIn(), url: `${replicas.url}/api/messages`, fetch: crossFetch }),
    restart: () => replicas.restart(0),
    async close() {
      await replicas.close();
      await closeStandIns();
    },
  };
}

async function startTeamsIfAsked(
  asked: BootOptions['teams'],
  entra: EntraStandIn,
): Promise<TeamsOnLoopback | undefined> {
  if (asked === undefined || asked === false) return undefined;
  const seed = { users: cast.teamsPeople, conversations: cast.teamsConversations };
  return startTeams({ now, entra, ...seed, ...asked });
}

function withoutEmpty(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
}
