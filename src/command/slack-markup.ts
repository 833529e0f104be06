/**
 * Undoes what Slack does to typed text, so that the core sees what the person saw.
 * Source: Slack's "Formatting text for app surfaces": `&`, `<` and `>` that a person typed arrive as entities, so a raw `<`
 * is always Slack's own; what does not look like its markup all the same is left alone.
 */

const entities: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
]);

/** One pass, so that nothing is decoded twice: `&amp;lt;` is what a person sees as `&lt;`. */
export function undoSlackMarkup(text: string): string {
  return text.replaceAll(/<([^<>]+)>|&(?:amp|lt|gt);/g, (whole: string, inside: string | undefined) => {
    if (inside === undefined) return entities.get(whole) ?? whole;
    const shown = shownFor(inside);
    return shown === undefined ? whole : decode(shown);
  });
}

function decode(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt);/g, (entity) => entities.get(entity) ?? entity);
}

/** What Slack shows for `<inside>`; undefined when it is not Slack's markup. */
function shownFor(inside: string): string | undefined {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : inside.slice(bar + 1);
  if (/^@[UW][A-Z0-9]+$/.test(target)) return label === '' ? target : withSign('@', label);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return label === '' ? target : withSign('#', label);
  if (target.startsWith('!')) return shownForSpecial(target, label);
  if (/^[a-z][a-z0-9+.-]*:\S+$/i.test(target)) return label === '' ? target.replace(/^(?:mailto|tel):/i, '') : label;
  return undefined;
}

function shownForSpecial(target: string, label: string): string | undefined {
  const special = /^!(channel|here|everyone|group|subteam\^(?<team>[A-Z0-9]+)|date\^[^|]+)$/.exec(target);
  if (special === null) return undefined;
  if (label !== '') return label;
  if (target.startsWith('!date')) return undefined;
  return `@${special.groups?.['team'] ?? target.slice(1)}`;
}

function withSign(sign: string, label: string): string {
  return label.startsWith(sign) ? label : sign + label;
}
