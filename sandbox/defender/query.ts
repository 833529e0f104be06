import { QueryError } from './answer.js';
import { parseFilter, type Fields } from './filter.js';

type Entity = Readonly<Record<string, unknown>>;

const known = new Set(['$filter', '$top', '$skip', '$count', '$orderby']);
const maxPage = 10_000;

/** One page of `entities` as an OData collection. Throws `QueryError` for options that the service does not know. */
export function runQuery(
  entities: readonly Entity[],
  parameters: URLSearchParams,
  fields: Fields,
  context: string,
): { '@odata.context': string; '@odata.count'?: number; value: Entity[] } {
  for (const name of parameters.keys()) {
    if (name.startsWith('$') && !known.has(name))
      throw new QueryError(`Custom query option '${name}' is not supported.`);
  }
  const filter = parameters.get('$filter');
  const matching = filter === null ? [...entities] : entities.filter(parseFilter(filter, fields));
  const ordered = order(matching, parameters.get('$orderby'), fields);
  const skip = count(parameters, '$skip', 0);
  const page = ordered.slice(skip, skip + Math.min(count(parameters, '$top', maxPage), maxPage));
  return {
    '@odata.context': context,
    ...(parameters.get('$count') === 'true' ? { '@odata.count': matching.length } : {}),
    value: page,
  };
}

function count(parameters: URLSearchParams, name: string, otherwise: number): number {
  const text = parameters.get(name);
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw new QueryError(`Invalid value '${text}' for ${name} query option found.`);
  return Number(text);
}

function order(entities: Entity[], clause: string | null, fields: Fields): Entity[] {
  if (clause === null) return entities;
  const [, field = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(clause) ?? [];
  if (!Object.hasOwn(fields, field)) throw new QueryError(`Could not find a property named '${field}' for '$orderby'.`);
  const sign = direction === 'desc' ? -1 : 1;
  return entities.sort((a, b) => sign * compareText(textOf(a[field]), textOf(b[field])));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
