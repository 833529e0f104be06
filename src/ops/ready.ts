import { messageOf } from '../errors.js';
import type { Adapter, Health } from '../platform.js';
import type { Store } from '../store/store.js';
import { within } from '../time.js';
import { stuckMessages } from './stuck.js';
import type { Troubles } from './troubles.js';

interface Reasons {
  reasons(): readonly string[];
}

export interface ReadinessOptions {
  readonly store: Pick<Store, 'switch' | 'checkRecord' | 'overdueDeliveries'>;
  readonly policy: Reasons;
  /** Asked when somebody wants to know: they are made after the port. */
  readonly workers: () => Reasons;
  readonly adapters: readonly Pick<Adapter, 'health'>[];
  readonly troubles: Pick<Troubles, 'reasons'>;
  /** Unix ms. */
  readonly now: () => number;
}

/** Whoever asks waits for some seconds at most, and a database may be silent for longer. */
const patienceMs = 3_000;

/** Whether this process can do its work, by what it knows: nobody outside is asked. Never rejects. */
export function createReadiness(options: ReadinessOptions): () => Promise<Health> {
  const { store, policy, workers, adapters, troubles, now } = options;
  return async () => {
    const notes: string[] = [];
    const overdue = within(patienceMs, stuckMessages(store, now())).catch(() => []);
    const records = await within(patienceMs, Promise.all([store.switch(), store.checkRecord()])).then(
      ([{ stopped }]) => {
        // Somebody's decision, no fault of the process.
        if (stopped) notes.push('Cordon is stopped: no restriction is sent.');
        return [];
      },
      (error: unknown) => [`The records cannot be trusted or read: ${messageOf(error)}.`],
    );
    // The same on every replica, so none is taken out of the balancer for it: docs/doctor.md.
    const refused = [...troubles.reasons(), ...(await overdue)];
    const reasons = [
      ...records,
      ...workers().reasons(),
      ...policy.reasons(),
      ...adapters.flatMap((adapter) => adapter.health().reasons),
    ];
    return { ok: reasons.length === 0, degraded: refused.length > 0, reasons: [...reasons, ...refused, ...notes] };
  };
}
