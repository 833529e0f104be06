/**
 * What the door turned away, as events of the record. Guarantees: the first of a kind is recorded at once and the rest of a minute
 * with a count, so that whoever knocks can fill neither the database nor the memory; the answer never waits for it; nothing that
 * came with the request is kept. It does not say who knocked: behind a proxy nobody here knows.
 */
import type { BaseLogger } from 'pino';
import { type AuditEvent, cordon } from '../audit/event.js';
import { messageOf } from '../errors.js';
import type { PlatformName } from '../people/person.js';
import type { DoorReason } from '../platform.js';

export interface DoorOptions {
  /** Unix ms. */
  readonly now: () => number;
  readonly record: (events: readonly AuditEvent[]) => Promise<void>;
  readonly logger: Pick<BaseLogger, 'warn'>;
}

export interface DoorRecord {
  refused(platform: PlatformName, reason: DoorReason): void;
  /** Records what has waited for a minute, or with `all` everything; resolves with the next moment at which something will be due. */
  flush(all?: 'all'): Promise<number | undefined>;
}

/** `count` have come since `since`, when the one before was recorded. */
interface Kind {
  readonly platform: PlatformName;
  readonly reason: DoorReason;
  count: number;
  since: number;
}

const everyMs = 60_000;

export function createDoorRecord({ now, record, logger }: DoorOptions): DoorRecord {
  // As many as there are platforms and reasons, whatever comes.
  const kinds = new Map<string, Kind>();

  async function write(kind: Kind): Promise<void> {
    const { platform, reason, count, since } = kind;
    const at = now();
    kind.count = 0;
    kind.since = at;
    const detail = { platform, reason, count, ...(count > 1 ? { since } : {}) };
    try {
      await record([{ at, what: 'door.refused', actor: cordon, detail }]);
    } catch (error) {
      kind.count += count;
      logger.warn({}, `what the door refused could not be recorded: ${messageOf(error)}`);
    }
  }

  return {
    refused(platform, reason) {
      const key = `${platform} ${reason}`;
      const known = kinds.get(key);
      if (known === undefined) {
        const first: Kind = { platform, reason, count: 1, since: now() };
        kinds.set(key, first);
        void write(first);
        return;
      }
      known.count += 1;
      if (now() - known.since >= everyMs) void write(known);
    },
    async flush(all) {
      const waiting = [...kinds.values()].filter(({ count }) => count > 0);
      const due = waiting.filter(({ since }) => all === 'all' || now() - since >= everyMs);
      await Promise.all(due.map(write));
      const next = [...kinds.values()].filter(({ count }) => count > 0).map(({ since }) => since + everyMs);
      return next.length === 0 ? undefined : Math.min(...next);
    },
  };
}
