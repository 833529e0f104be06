import type { Compilable, CompiledQuery, DialectAdapter, Kysely } from 'kysely';
import type { Schema } from './schema.js';

/** Bounds what is kept of one query for one database. */
const mostKept = 50;

/**
 * A query that is asked with few different values, over and over. Kysely builds and compiles a query anew each time, which takes longer than
 * such a query runs; this one does so once for each database and values. `values` are what JSON can hold, and all that `build` goes by.
 */
export function compiled<V extends readonly unknown[], R>(
  build: (db: Kysely<Schema>, ...values: V) => Compilable<R>,
): (db: Kysely<Schema>, ...values: V) => Promise<R[]> {
  const kept = new WeakMap<DialectAdapter, Map<string, CompiledQuery<R>>>();
  return async (db, ...values) => {
    const { adapter } = db.getExecutor();
    const queries = kept.get(adapter) ?? new Map<string, CompiledQuery<R>>();
    kept.set(adapter, queries);
    const key = JSON.stringify(values);
    const query = queries.get(key) ?? build(db, ...values).compile();
    if (queries.size < mostKept) queries.set(key, query);
    return (await db.executeQuery(query)).rows;
  };
}
