import { setImmediate } from 'node:timers';
import type { Kysely } from 'kysely';
import { AcceptQueue } from './accept.js';
import { addresses } from './addresses.js';
import { appendAudit, auditOf } from './audit.js';
import { defaultPatience, type Patience } from './busy.js';
import { button } from './buttons.js';
import { blockCalls, callDone, callsSince, takeCall } from './calls.js';
import * as deliveries from './deliveries.js';
import type { StoreDialect } from './dialect.js';
import { applyEffects } from './effects.js';
import { noteEmail, sharingEmail } from './emails.js';
import { StoreError } from './errors.js';
import * as inbox from './inbox.js';
import * as links from './links.js';
import * as requests from './requests.js';
import type { Schema } from './schema.js';
import { Session } from './session.js';
import type { Store } from './store.js';
import { castVote } from './votes.js';

export interface StoreOptions {
  /** Unix ms; stamps what has no time of its own. */
  readonly now: () => number;
  /** How long to wait for another process's lock. */
  readonly patience?: Patience;
  /** Runs a callback after the current turn of the event loop. */
  readonly nextTurn?: (run: () => void) => void;
}

/** The Store over any database that Kysely speaks. The tables must be there already: see `migrate`. */
export function createStore(db: Kysely<Schema>, dialect: StoreDialect, options: StoreOptions): Store {
  const { now, patience = defaultPatience, nextTurn = setImmediate } = options;
  const session = new Session(db, dialect, patience);
  const accepted = new AcceptQueue(session, nextTurn);

  return {
    accept: async (incoming, at) => accepted.add(inbox.inboxRow(incoming, at)),
    dueIncoming: (at, limit) => session.read((db) => inbox.dueIncoming(db, at, limit)),
    nextIncomingDue: () => session.read(inbox.nextIncomingDue),
    isSettled: (key) => session.read((db) => inbox.isSettled(db, key)),
    postponeIncoming: (key, until) => session.write((trx) => inbox.postponeIncoming(trx, key, until)),
    settleIncoming: (key, effects) =>
      session.write(async (trx) => {
        // Told twice, answered once.
        if (await inbox.isSettled(trx, key)) return;
        await applyEffects(trx, { ...effects, settles: key }, { at: now() });
      }),

    create: (request, effects, { alone = false } = {}) =>
      session.write(async (trx) => {
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
    dueRequests: (states, at, limit) => session.snapshot((trx) => requests.dueRequests(trx, states, at, limit)),
    requestsIn: (states, limit) => session.snapshot((trx) => requests.requestsIn(trx, states, limit)),
    countIn: (states, action) => session.read((db) => requests.countIn(db, states, action)),
    nextDue: (states) => session.read((db) => requests.nextDue(db, states)),
    requestsForDevice: (deviceId, limit) => session.snapshot((trx) => requests.requestsForDevice(trx, deviceId, limit)),
    requestsForMachineAction: (id) => session.snapshot((trx) => requests.requestsForMachineAction(trx, id)),

    button: (token) => session.read((db) => button(db, token)),

    dueDeliveries: (at, limit) => session.read((db) => deliveries.dueDeliveries(db, at, limit)),
    nextDeliveryDue: () => session.read(deliveries.nextDeliveryDue),
    delivered: (delivery, { at, ...outcome }) =>
      session.write(async (trx) => {
        if (!(await deliveries.settleDelivery(trx, delivery.id, { state: 'sent', at }))) return;
        await deliveries.rememberCard(trx, delivery, outcome);
      }),
    postponeDelivery: (id, until, error, effects) =>
      session.write(async (trx) => {
        if (!(await deliveries.postponeDelivery(trx, id, until, error))) return;
        if (effects !== undefined) await applyEffects(trx, effects, { at: now() });
      }),
    dropDelivery: (id, error, effects) =>
      session.write(async (trx) => {
        const at = now();
        if (!(await deliveries.settleDelivery(trx, id, { state: 'dropped', at, error }))) return;
        await applyEffects(trx, effects, { at });
      }),
    card: (requestId, place) => session.read((db) => deliveries.card(db, requestId, place)),

    record: (events) => session.write((trx) => appendAudit(trx, events)),
    auditOf: (about, limit) => session.read((db) => auditOf(db, about, limit)),

    reserveCall: (bucket, at, limits) => session.write((trx) => takeCall(trx, dialect, { bucket, now: at, limits })),
    callDone: (call, at) => session.write((trx) => callDone(trx, dialect, call, at)),
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

    addresses: (platform) => addresses(session, platform),

    close: () => session.close(),
  };
}
