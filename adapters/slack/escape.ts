/** Slack's three entities, so that nothing in a text is read as a link, a mention or a date. Source: docs.slack.dev, "Formatting". */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
