/** The connector's operation that a request stands for, for what counts calls; `other` for what is none that Cordon makes. */
export function teamsMethod(url: string, method: string): string {
  const { pathname, searchParams } = new URL(url);
  const path = /\/v3\/conversations(\/.*)?$/.exec(pathname)?.[1] ?? '';
  const known = operations.find((each) => each.method === method && each.path.test(path));
  if (known === undefined) return 'other';
  return known.name === 'sendToConversation' && searchParams.get('isTargetedActivity') === 'true'
    ? 'sendTargeted'
    : known.name;
}

const operations = [
  { name: 'createConversation', method: 'POST', path: /^$/ },
  { name: 'sendToConversation', method: 'POST', path: /^\/[^/]+\/activities$/ },
  { name: 'updateActivity', method: 'PUT', path: /^\/[^/]+\/activities\/[^/]+$/ },
  { name: 'getMember', method: 'GET', path: /^\/[^/]+\/members\/[^/]+$/ },
] as const;
