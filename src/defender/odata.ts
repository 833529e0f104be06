/**
 * OData as Defender's API reads it. Guarantees that what a person typed stays one literal and cannot add a clause.
 * Sources: defender-docs `api/exposed-apis-odata-samples.md`, `api/get-machines.md`, `api/get-machineactions-collection.md`;
 * `id in (…)` is undocumented and shipped by elastic/kibana.
 */

/** A string or enum: in single quotes, a quote inside doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A date and time: unquoted, UTC, whole seconds (rounded down). */
export function dateTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export const filters = {
  name: (name: string) => `computerDnsName eq ${literal(name)}`,
  nameStartsWith: (prefix: string) => `startswith(computerDnsName,${literal(prefix)})`,
  /** Defender wants this GUID unquoted, so it has to be one: the caller checks it with `isGuid`. */
  entraId: (guid: string) => `aadDeviceId eq ${guid}`,
  lastIp: (ip: string) => `lastIpAddress eq ${literal(ip)}`,
  ids: (ids: readonly string[]) => `id in (${ids.map(literal).join(',')})`,
  typeSince: (type: string, since: number) => `type eq ${literal(type)} and creationDateTimeUtc ge ${dateTime(since)}`,
  kindsSince: (types: readonly string[], since: number) =>
    `${anyOf(types)} and creationDateTimeUtc ge ${dateTime(since)}`,
  unfinished: (types: readonly string[]) => `(status eq 'Pending' or status eq 'InProgress') and ${anyOf(types)}`,
  machineActions: (machineId: string, type: string, since: number) =>
    `machineId eq ${literal(machineId)} and ${filters.typeSince(type, since)}`,
} as const;

function anyOf(types: readonly string[]): string {
  return `(${types.map((type) => `type eq ${literal(type)}`).join(' or ')})`;
}

/** `?$filter=…&$top=…&$skip=…`, percent-encoded; a space is `%20`, because not every OData reader takes `+` for one. */
export function query(filter: string, top: number, skip = 0): string {
  return `?$filter=${encodeURIComponent(filter)}&$top=${top}${skip === 0 ? '' : `&$skip=${skip}`}`;
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
