import type { Migration } from 'kysely';
import type { StoreDialect } from '../dialect.js';
import { first } from './2026-11-23-first.js';
import { people } from './2026-11-24-people.js';
import { replicas } from './2026-11-24-replicas.js';
import { windows } from './2026-11-24-windows.js';
import { chained } from './2026-11-25-audit.js';
import { control } from './2026-11-25-control.js';
import { votes } from './2026-11-25-votes.js';
import { waiting } from './2026-11-25-waiting.js';

/**
 * In order, by name: a new one has to come last in the alphabet too. A migration that was released never changes: a
 * database remembers it by its name only.
 */
export function migrations(dialect: StoreDialect): Record<string, Migration> {
  return {
    '2026-11-23-first': first(dialect),
    '2026-11-24-people': people,
    '2026-11-24-replicas': replicas,
    '2026-11-24-windows': windows(dialect),
    '2026-11-25-audit': chained(dialect),
    '2026-11-25-control': control,
    '2026-11-25-votes': votes(dialect),
    '2026-11-25-waiting': waiting,
  };
}
