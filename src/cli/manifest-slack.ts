import { parseDocument } from 'yaml';
import { hostPlaceholder } from './command-line.js';

/** How Slack reaches Cordon: by a host name, or in Socket Mode, where Slack knows no address of Cordon's. */
export type Reach = { readonly host: string } | { readonly socketMode: true };

/** manifests/slack/manifest.yaml as it is pasted into Slack. */
export function slackManifest(source: string, reach: Reach): string {
  if ('host' in reach) return withoutRemark(source).replaceAll(hostPlaceholder, reach.host);
  const document = parseDocument(withoutRemark(source));
  const { features } = document.toJS() as { features: { slash_commands: unknown[] } };
  for (const index of features.slash_commands.keys()) document.deleteIn(['features', 'slash_commands', index, 'url']);
  document.deleteIn(['settings', 'event_subscriptions', 'request_url']);
  document.deleteIn(['settings', 'interactivity', 'request_url']);
  document.setIn(['settings', 'socket_mode_enabled'], true);
  return document.toString({ lineWidth: 0 });
}

/** The file's own first line asks for what is done here. */
function withoutRemark(source: string): string {
  return source.replace(/^#.*\n/, '');
}
