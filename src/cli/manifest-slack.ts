import { parseDocument } from 'yaml';

const placeholder = 'cordon.example.com';

/** The Slack manifest for a host name, or for Socket Mode, where Slack knows no address of Cordon's. */
export function slackManifest(source: string, host: string): string {
  if (host !== 'socket mode') return withoutRemark(source).replaceAll(placeholder, host);
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
