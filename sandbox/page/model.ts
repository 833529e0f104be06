import type { Operation } from '../../src/defender/defender.js';
import type { StandInAction } from '../defender/actions.js';
import type { DefenderFaultKind } from '../defender/faults.js';
import type { OpenView, SlackChannel, SlackUser, StoredMessage } from '../slack/model.js';
import type { TeamsConversation, TeamsMessage, TeamsUser } from '../teams.js';

/** Everything that the page shows, as `GET /events` sends it whenever some of it changed. */
export interface PageState {
  readonly cordon: CordonHealth;
  readonly slack: SlackState;
  readonly teams: TeamsState;
  readonly defender: DefenderState;
}

/** What Cordon's `/healthz` says; `unknown` until it was asked. */
export type CordonHealth = 'unknown' | 'running' | 'not answering';

export interface SlackState {
  readonly team: { readonly id: string; readonly name: string };
  /** The bot's user id. */
  readonly bot: string;
  readonly users: readonly SlackUser[];
  readonly channels: readonly SlackChannel[];
  /** All of them, ephemeral ones included, oldest first. Who may see what is up to the page, as it is up to Slack's client. */
  readonly messages: readonly StoredMessage[];
  /** The modals that are open, whoever's. */
  readonly views: readonly OpenView[];
}

export interface TeamsState {
  readonly tenantId: string;
  readonly users: readonly TeamsUser[];
  readonly conversations: readonly TeamsConversation[];
  /** All of them, targeted ones included, oldest first in each conversation. */
  readonly messages: readonly TeamsMessage[];
}

export interface DefenderState {
  readonly machines: readonly MachineState[];
  /** Newest first. */
  readonly actions: readonly StandInAction[];
  readonly quota: readonly QuotaState[];
  readonly faults: readonly FaultState[];
  /** Whether the next actions take long on the device. */
  readonly slow: boolean;
}

/** Fields named as Defender's are the API's own. */
export interface MachineState {
  readonly id: string;
  readonly computerDnsName: string | null;
  readonly osPlatform: string;
  readonly healthStatus: string;
  readonly riskScore: string | null;
  readonly lastIpAddress: string | null;
  readonly restricted: boolean;
  /** Unfinished action. */
  readonly running: Pick<StandInAction, 'id' | 'type' | 'status'> | undefined;
}

/** Calls that a window of `ms` still takes. */
export interface QuotaState {
  readonly operation: Operation;
  readonly windows: readonly { readonly limit: number; readonly ms: number; readonly left: number }[];
}

export interface FaultState {
  readonly kind: DefenderFaultKind;
  /** Any operation when undefined. */
  readonly operation: Operation | undefined;
}

/** The operations whose faults and quotas the page shows. */
export const pageOperations = [
  'restrictCodeExecution',
  'unrestrictCodeExecution',
  'listMachineActions',
] as const satisfies readonly Operation[];

/** The faults that the page can order. */
export const pageFaults = ['429', '500', 'timeout', 'lost answer'] as const satisfies readonly DefenderFaultKind[];

/** What came of an action of the page. */
export interface Outcome {
  /** Why nothing, or not all, was done; for the person at the page. */
  readonly problem?: string;
  /** Of a Slack modal: what is wrong with its fields, by `block_id`. */
  readonly errors?: Readonly<Record<string, string>>;
  /** The invoke response of a button in Teams, where Cordon gave one. */
  readonly invoke?: InvokeResponse;
}

/** Body of the response to `adaptiveCard/action`; `value` is a text, an error or an Adaptive Card as `type` says. */
export interface InvokeResponse {
  readonly statusCode: number;
  readonly type: string;
  readonly value?: unknown;
}
