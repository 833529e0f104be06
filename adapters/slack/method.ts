import { methodScopes } from './names.js';

/** The Web API's method that a URL stands for, for what counts calls; `response_url` and `other` for what is none that Cordon knows. */
export function slackMethod(url: string): string {
  const path = new URL(url).pathname;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (Object.hasOwn(methodScopes, name) || others.has(name)) return name;
  return /^\/(?:actions|commands|app)\//.test(path) ? 'response_url' : 'other';
}

/** No scope of the bot's is behind these. */
const others: ReadonlySet<string> = new Set(['apps.connections.open']);
