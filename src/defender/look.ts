import { DefenderError } from './errors.js';
import { machineActionType, type MachineAction } from './machine-action.js';
import { filters } from './odata.js';

/** An action that is followed; it is not older than `since` (Unix ms). */
export interface Wanted {
  readonly id: string;
  readonly since: number;
}

/** By id in small letters. What is missing is not listed, or not yet; that is never an end. */
export type Listed = ReadonlyMap<string, MachineAction>;

/**
 * One look at the actions that are followed, however many. It keeps what it has read, so it is for one moment alone. Every method may
 * throw a `DefenderError`.
 */
export interface Look {
  /**
   * Those of `wanted` that stand on a page of what has not ended. Reads the first page where so many are wanted that asking by their
   * ids would take more calls, and nothing otherwise.
   */
  glance(wanted: readonly Wanted[]): Promise<Listed>;
  /** All of `wanted` that Defender shows, in whatever way takes the fewest calls. */
  find(wanted: readonly Wanted[]): Promise<Listed>;
}

/** What a look needs of Defender. Lists come in the order of Defender, in pages. */
export interface Reads {
  list(filter: string, top: number, skip?: number): Promise<MachineAction[]>;
  get(id: string): Promise<MachineAction | undefined>;
}

/** The most that Defender gives at once. Source: defender-docs `api/get-machineactions-collection.md`. */
export const pageLimit = 10_000;
/** How much one call asks for. OData services commonly stop at 100 filter nodes; Microsoft publishes no number for this API. */
const mostPerCall = { ids: 50, page: pageLimit };
/** A page, and one call for what is not on it any more. */
const callsWithPages = 2;
/** From so many calls on it is likely that a page of everything recent takes fewer: many ended at the same time. */
const manyCalls = 4;

/**
 * Looks at many actions through the pages of what has not ended, because those grow with the tenant and not with what Cordon follows,
 * and by ids where that takes fewer calls. Remembers, for its lifetime, which filters this Defender refused.
 *
 * Pages are no snapshot: an action that ends while they are read moves others over their edge. What is on none of them is therefore asked
 * for by its id, as is what has ended and what is not listed yet.
 */
export function createLooks(reads: Reads, most = mostPerCall): () => Look {
  const refused = new Set<'unfinished' | 'ids' | 'recent'>();
  const types = Object.values(machineActionType);
  const callsFor = (wanted: readonly Wanted[]): number => Math.ceil(wanted.length / most.ids);

  /** False where this Defender does not understand the filter; then it is not tried again. */
  async function unlessRefused(way: 'unfinished' | 'ids' | 'recent', read: () => Promise<void>): Promise<boolean> {
    if (refused.has(way)) return false;
    try {
      await read();
      return true;
    } catch (thrown) {
      if (!isRefusedFilter(thrown)) throw thrown;
      refused.add(way);
      return false;
    }
  }

  return () => {
    const unfinished = createPages(most.page, (skip) => reads.list(filters.unfinished(types), most.page, skip));
    /** Read by id, or on a page of everything recent. */
    const read = new Map<string, MachineAction>();

    const shown = ({ id }: Wanted): MachineAction | undefined =>
      read.get(id.toLowerCase()) ?? unfinished.seen.get(id.toLowerCase());
    const missing = (wanted: readonly Wanted[]): Wanted[] => wanted.filter((each) => shown(each) === undefined);
    const listed = (wanted: readonly Wanted[]): Listed =>
      new Map(
        wanted.flatMap((each) => {
          const action = shown(each);
          return action === undefined ? [] : [[each.id.toLowerCase(), action]];
        }),
      );
    const note = (actions: readonly MachineAction[]): void => {
      for (const action of actions) read.set(action.id.toLowerCase(), action);
    };

    async function turnPages(pages: Pages, wanted: readonly Wanted[], turns: number): Promise<void> {
      for (let turned = 0; turned < turns && !pages.over && missing(wanted).length > 0; turned += 1) {
        if (pages === unfinished) await pages.turn();
        else note(await pages.turn());
      }
    }

    /** One after the other: side by side they would only queue at the gate, ahead of what is more urgent. */
    async function byIds(wanted: readonly Wanted[]): Promise<void> {
      for (const some of chunks(missing(wanted), most.ids)) {
        const ids = some.map(({ id }) => id);
        note(await reads.list(filters.ids(ids), ids.length));
      }
    }

    async function oneByOne(wanted: readonly Wanted[]): Promise<void> {
      for (const { id } of missing(wanted)) {
        const action = await reads.get(id);
        if (action !== undefined) note([action]);
      }
    }

    function recent(wanted: readonly Wanted[], turns: number): Promise<boolean> {
      const since = wanted.reduce((oldest, each) => Math.min(oldest, each.since), Infinity);
      const pages = createPages(most.page, (skip) => reads.list(filters.kindsSince(types, since), most.page, skip));
      return unlessRefused('recent', () => turnPages(pages, wanted, turns));
    }

    return {
      async glance(wanted) {
        if (!unfinished.begun && callsFor(wanted) >= callsWithPages) {
          await unlessRefused('unfinished', () => turnPages(unfinished, wanted, 1));
        }
        return listed(wanted);
      },

      async find(all) {
        const wanted = missing([...new Map(all.map((each) => [each.id.toLowerCase(), each])).values()]);
        if (wanted.length > 0) {
          if (unfinished.begun) await turnPages(unfinished, wanted, callsFor(wanted) - 1);
          const left = missing(wanted);
          if (callsFor(left) >= manyCalls) await recent(left, Math.floor(callsFor(left) / 2));
          if (!(await unlessRefused('ids', () => byIds(wanted)))) {
            if (!(await recent(missing(wanted), Infinity))) await oneByOne(wanted);
          }
        }
        return listed(all);
      },
    };
  };
}

/** The pages of one list, read one after the other and only as far as somebody turns them. */
interface Pages {
  readonly seen: ReadonlyMap<string, MachineAction>;
  readonly begun: boolean;
  /** There is no further page. */
  readonly over: boolean;
  turn(): Promise<MachineAction[]>;
}

function createPages(size: number, page: (skip: number) => Promise<MachineAction[]>): Pages {
  const seen = new Map<string, MachineAction>();
  let skip = 0;
  let over = false;
  return {
    seen,
    get begun() {
      return skip > 0;
    },
    get over() {
      return over;
    },
    async turn() {
      const actions = await page(skip);
      const before = seen.size;
      for (const action of actions) seen.set(action.id.toLowerCase(), action);
      skip += size;
      // A Defender that passes over `$skip` would give its first page for ever.
      over = actions.length < size || seen.size === before;
      return actions;
    },
  };
}

function isRefusedFilter(thrown: unknown): boolean {
  return thrown instanceof DefenderError && thrown.code === 'ODataError';
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
