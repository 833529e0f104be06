import { type AuditEvent, cordon } from '../../src/audit/event.js';
import type { Incoming } from '../../src/command/model.js';
import { committed } from '../../src/request/commitment.js';
import type { Place, Request, Vote } from '../../src/request/request.js';
import type { RequestState } from '../../src/request/life.js';
import { type ButtonMeaning, type Effects, type NewDelivery, ownerFor, type Store } from '../../src/store/store.js';
import { machine, person } from '../support.js';

export const place: Place = { platform: 'slack', conversation: 'C0SOC' };
export const nothing: Effects = { audit: [], deliveries: [] };

export function incoming(key: string): Incoming {
  return {
    key,
    account: person('URIA').account,
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0SOC', direct: false },
    said: { kind: 'text', text: `restrict mymachine1 "ransomware", case ${key} – ‘urgent’ 🔥` },
  };
}

export function request(over: Partial<Request> = {}): Request {
  return committed<Request>({
    id: '7K3M9Q2X',
    version: 1,
    state: 'awaiting approval',
    action: 'restrict',
    device: machine(),
    comment: 'ransomware note on the desktop',
    requester: person('URIA'),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0SOC', direct: false },
    createdAt: 1_000,
    expiresAt: 9_000,
    revision: 1,
    rule: 'workstations',
    policyRevision: 'f00d',
    quorum: 2,
    approvers: ['leads'],
    votes: [],
    places: [{ ...place, tokens: { approve: 'token-approve', deny: 'token-deny' } }],
    dueAt: 9_000,
    attempts: 0,
    ...over,
  });
}

/** The same Request one version on. */
export function changed(before: Request, over: Partial<Request> = {}): Request {
  return { ...before, version: before.version + 1, ...over };
}

export function vote(user: string, over: Partial<Vote> = {}): Vote {
  return { person: person(user), decision: 'approve', revision: 1, at: 2_000, ...over };
}

export function event(what: string, over: Partial<AuditEvent> = {}): AuditEvent {
  return { at: 1_000, what, actor: cordon, requestId: '7K3M9Q2X', ...over };
}

export function reply(lane: string, text: string, over: Partial<NewDelivery> = {}): NewDelivery {
  return {
    lane,
    platform: 'slack',
    message: { kind: 'reply', place, note: { tone: 'neutral', lines: [[text]] } },
    ...over,
  };
}

export function announce(requestId: string): NewDelivery {
  return { lane: `card:${requestId}`, platform: 'slack', requestId, message: { kind: 'announce', place } };
}

/**
 * What is due now, as a replica sees it that takes it all: what it took with its last look it has given back, so that the look before
 * changes nothing.
 */
export function due(store: Store) {
  const looker = ownerFor('looker', 1);
  return {
    incoming: async (now: number, limit: number) => {
      await store.free(looker);
      return store.claimIncoming(looker, now, limit);
    },
    deliveries: async (now: number, limit: number) => {
      await store.free(looker);
      return store.claimDeliveries(looker, now, limit);
    },
    requests: async (states: readonly RequestState[], now: number, limit: number) => {
      await store.free(looker);
      return store.claimRequests(looker, states, now, limit);
    },
  };
}

/** What a button of the example means. */
export function meaning(over: Partial<VoteMeaning> = {}): VoteMeaning {
  const { id: requestId, revision, commitment = '' } = request();
  return { kind: 'vote', requestId, revision, commitment, decision: 'approve', place, ...over };
}

type VoteMeaning = Extract<ButtonMeaning, { kind: 'vote' }>;
