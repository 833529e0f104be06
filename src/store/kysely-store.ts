import { setImmediate } from 'node:timers';
import type { Kysely, Transaction } from 'kysely';
import type { AuditKeys } from '../audit/key.js';
import type { Request } from '../request/request.js';
import { AcceptQueue } from './accept.js';
import { addresses } from './addresses.js';
import { appendAudit, auditOf, checkRecord, lastEvent } from './audit.js';
import { makeCheckpoint } from './audit-checkpoints.js';
import { defaultPatience, type Patience } from './busy.js';
import { button } from './buttons.js';
import { blockCalls, callDone, callsSince, takeCall } from './calls.js';
import * as deliveries from './deliveries.js';
import * as claims from './claims.js';
import type { StoreDialect } from './dialect.js';
import { applyEffects as applyWith } from './effects.js';
import { noteEmail, sharingEmail } from './emails.js';
import { StoreError } from './errors.js';
import * as inbox from './inbox.js';
import * as links from './links.js';
import * as replicas from './replicas.js';
import * as requests from './requests.js';
import type { Schema } from './schema.js';
import { recentRequests } from './recent.js';
import { Session, type StoreWork } from './session.js';
import { readStats } from './stats.js';
import type { CreateLimits, Effects, Start, Store } from './store.js';
import { readSwitch, underWay, writeSwitch } from './switch.js';
import { castVote } from './votes.js';

export interface StoreOptions {
  /** With which the record is written. */
  readonly audit: AuditKeys;
  /** Whose clock counts the calls of the quota: that of the database, where it has one, or `now`. The database's when missing. */
  readonly countBy?: 'database' | 'now';
  /** Unix ms; stamps what has no time of its own. */
  readonly now: () => number;
  /** How long to wait for another process's lock. */
  readonly patience?: Patience;
  /** Runs a callback after the current turn of the event loop. */
  readonly nextTurn?: (run: () => void) => void;
  /** Told of each piece of work as it ends, done or not. Must not throw. */
  readonly observe?: (work: StoreWork) => void;
}

/** The Store over any database that Kysely speaks. The tables must be there already, and the record begun: see `migrate`, `beginRecord`. */
export function createStore(db: Kysely<Schema>, dialect: StoreDialect, options: StoreOptions): Store {
  const { now, patience = defaultPatience, nextTurn = setImmediate } = options;
  const session = new Session(db, dialect, { patience, nextTurn, observe: options.observe });
  const accepted = new AcceptQueue(session);
  const book = { keys: options.audit, dialect };
  const applyEffects = (trx: Transaction<Schema>, effects: Effects, about: { requestId?: string; at: number }) =>
    applyWith(trx, book, effects, about);

  return {
    accept: async (incoming, at) => accepted.add(inbox.inboxRow(incoming, at)),
    claimIncoming: (owner, at, limit) => session.claim((trx) => inbox.claimIncoming(trx, dialect, owner, at, limit)),
    nextIncomingDue: () => session.read(inbox.nextIncomingDue),
    isSettled: (key) => session.read((db) => inbox.isSettled(db, key)),
    postponeIncoming: (pending, until) => session.write((trx) => inbox.postponeIncoming(trx, pending, until)),
    settleIncoming: (key, effects) =>
      session.write(async (trx) => {
        // Told twice, answered once.
        if (await inbox.isSettled(trx, key)) return;
        await applyEffects(trx, { ...effects, settles: key }, { at: now() });
      }),

    create: (request, effects, { alone = false, most } = {}) =>
      session.write(async (trx) => {
        if (alone) await dialect.lock(trx, lane(request));
        if (most !== undefined) await assertRoom(trx, request, most);
        if (alone && (await requests.hasOpenTwin(trx, request))) {
          throw new StoreError(
            'request_open',
            `device ${request.device.id} has an open Request to ${request.action} it`,
          );
        }
        if (!(await requests.insertRequest(trx, request))) {
          throw new StoreError('request_exists', `there is a Request ${request.id} already`);
        }
        const earlier = request.votes.filter((vote) => vote !== effects.vote);
        for (const vote of earlier) await castVote(trx, request.id, vote);
        await applyEffects(trx, effects, { requestId: request.id, at: now() });
      }),
    change: (request, effects) =>
      session.write(async (trx) => {
        if (!(await requests.replaceRequest(trx, request))) return false;
        await applyEffects(trx, effects, { requestId: request.id, at: now() });
        return true;
      }),
    request: (id) => session.snapshot((trx) => requests.requestById(trx, id)),
    claimRequests: (owner, states, at, limit) =>
      session.claim((trx) => claims.claimRequests(trx, dialect, owner, { states, now: at, limit })),
    claimQueued: (owner, action, at, limit) =>
      session.claim((trx) => claims.claimQueued(trx, dialect, owner, { action, now: at, limit })),
    startSending: (request, effects, quota) =>
      session.write(async (trx): Promise<Start> => {
        await dialect.lock(trx, lane(request));
        if (!(await claims.mayBeSent(trx, dialect, request))) return { outcome: 'lost' };
        // Held to the end of the transaction: whoever stops Cordon waits for it, and then sees it as running.
        if (request.action === 'restrict' && (await readSwitch(trx, dialect, { locked: true })).stopped) {
          return { outcome: 'stopped' };
        }
        const taken = await takeCall(trx, dialect, quota);
        if (!taken.granted) return { outcome: 'full', waitMs: taken.waitMs };
        await requests.replaceRequest(trx, request, { kept: true });
        await applyEffects(trx, effects, { requestId: request.id, at: now() });
        return { outcome: 'started', call: taken.call };
      }),
    claimHeld: (owner, action, limit) => session.claim((trx) => claims.claimHeld(trx, dialect, owner, action, limit)),
    postponeRequests: (ids, owner, dueAt) => session.write((trx) => claims.postponeRequests(trx, ids, owner, dueAt)),
    requestsIn: (states, limit) => session.snapshot((trx) => requests.requestsIn(trx, states, limit)),
    countIn: (states, action) => session.read((db) => requests.countIn(db, states, action)),
    nextDue: (states) => session.read((db) => requests.nextDue(db, states)),
    requestsForDevice: (deviceId, limit) => session.snapshot((trx) => requests.requestsForDevice(trx, deviceId, limit)),
    requestsForMachineAction: (id) => session.snapshot((trx) => requests.requestsForMachineAction(trx, id)),

    button: (token) => session.read((db) => button(db, token)),

    claimDeliveries: (owner, at, limit) =>
      session.claim((trx) => deliveries.claimDeliveries(trx, dialect, owner, at, limit)),
    nextDeliveryDue: () => session.read(deliveries.nextDeliveryDue),
    overdueDeliveries: (before) => session.read((db) => deliveries.overdueDeliveries(db, before)),
    delivered: (delivery, { at, ...outcome }) =>
      session.write(async (trx) => {
        if (!(await deliveries.settleDelivery(trx, delivery, { state: 'sent', at }))) return false;
        await deliveries.rememberCard(trx, delivery, outcome);
        return true;
      }),
    owe: (owed) => session.write((trx) => deliveries.owe(trx, owed, now())),
    postponeDelivery: (delivery, until, why, effects) =>
      session.write(async (trx) => {
        if (!(await deliveries.postponeDelivery(trx, delivery, until, why))) return;
        if (effects !== undefined) await applyEffects(trx, effects, { at: now() });
      }),
    dropDelivery: (delivery, error, effects) =>
      session.write(async (trx) => {
        const at = now();
        if (!(await deliveries.settleDelivery(trx, delivery, { state: 'dropped', at, error }))) return;
        await applyEffects(trx, effects, { at });
      }),
    card: (requestId, place) => session.read((db) => deliveries.card(db, requestId, place)),
    requestsOfCard: (message) => session.read((db) => deliveries.requestsOfCard(db, message)),

    record: (events) => session.write((trx) => appendAudit(trx, book, events)),
    checkRecord: () =>
      session.snapshot(async (trx) => {
        await checkRecord(trx, book);
      }),
    checkpoint: (at, pace) => session.consistent((trx) => makeCheckpoint(trx, book, at, pace)),
    auditOf: (about, limit) => session.read((db) => auditOf(db, about, limit)),
    lastEvent: (what) => session.read((db) => lastEvent(db, what)),

    switch: () => session.read((db) => readSwitch(db, dialect)),
    setSwitch: (version, stop, effects) =>
      session.write(async (trx) => {
        if (!(await writeSwitch(trx, version, stop))) return false;
        await applyEffects(trx, effects(await underWay(trx, 'restrict')), { at: now() });
        return true;
      }),
    recentRequests: (action, since, until) => session.read((db) => recentRequests(db, action, since, until)),

    reserveCall: (bucket, at, limits) => session.claim((trx) => takeCall(trx, dialect, { bucket, now: at, limits })),
    callDone: (call, at) => session.claim((trx) => callDone(trx, dialect, call, at)),
    blockCalls: (bucket, forMs, at) => session.write((trx) => blockCalls(trx, dialect, { bucket, forMs, now: at })),
    callsSince: (bucket, since, at) => session.snapshot((trx) => callsSince(trx, bucket, since, at)),

    linkOf: (account) => session.read((db) => links.linkOf(db, account)),
    linksTo: (entra) => session.read((db) => links.linksTo(db, entra)),
    saveLinkCode: (code, effects) =>
      session.write(async (trx) => {
        const at = now();
        await links.saveLinkCode(trx, code, at);
        await applyEffects(trx, effects, { at });
      }),
    linkCode: (hash) => session.read((db) => links.linkCode(db, hash)),
    useLinkCode: (hash, link, effects) =>
      session.write(async (trx) => {
        if (!(await links.useLinkCode(trx, hash, link))) return false;
        await applyEffects(trx, effects, { at: now() });
        return true;
      }),
    unlink: (gone, effects) =>
      session.write(async (trx) => {
        if (!(await links.removeLinks(trx, gone))) return false;
        await applyEffects(trx, effects, { at: now() });
        return true;
      }),
    noteEmail: (id, email, at) => session.write((trx) => noteEmail(trx, id, email, at)),
    sharingEmail: (id) => session.read((db) => sharingEmail(db, id)),

    register: (replica, until) => session.write((trx) => replicas.register(trx, replica, until)),
    renew: (replica, until) => session.write((trx) => replicas.renew(trx, replica, until)),
    free: (owner) => session.write((trx) => replicas.free(trx, owner)),
    release: (replica) => session.write((trx) => replicas.release(trx, replica)),
    reap: (at, latest) => session.write((trx) => replicas.reap(trx, at, latest)),
    pullIn: (at, latest) => session.write((trx) => replicas.pullIn(trx, at, latest)),
    stats: (at) => session.snapshot((trx) => readStats(trx, dialect, at)),
    time: () => session.read(async (db) => dialect.now?.(db)),

    addresses: (platform) => addresses(session, platform),

    close: () => session.close(),
  };
}

/** What must not be done for one device by two processes at the same time shares this lock. */
function lane({ device }: Request): string {
  return `device:${device.id}`;
}

async function assertRoom(trx: Transaction<Schema>, { requester }: Request, most: CreateLimits): Promise<void> {
  const open = await requests.openRequests(trx, requester.id);
  if (open.all >= most.open) throw new StoreError('too_many_open', `${open.all} Requests are open`);
  if (open.ofRequester >= most.openOfRequester) {
    throw new StoreError('too_many_of_yours', `${requester.id} has ${open.ofRequester} open Requests`);
  }
}
