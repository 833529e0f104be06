import type { Rule } from './policy.js';
import { oneOf } from './wording.js';

/** The reason codes in a comment: words after a `#`, in lower case. */
function codesIn(comment: string): string[] {
  return [...comment.matchAll(/(?<![\p{L}\p{N}_#])#([A-Za-z0-9][A-Za-z0-9_-]*)/gu)].map(([, code = '']) =>
    code.toLowerCase(),
  );
}

/** What to write where the comment has none of the rule's codes; undefined where it has one. */
export function missingCode({ name, reasons }: Pick<Rule, 'name' | 'reasons'>, comment: string): string | undefined {
  const given = codesIn(comment);
  if (reasons.some((code) => given.includes(code.toLowerCase()))) return undefined;
  const codes = oneOf(reasons.map((code) => `#${code}`));
  return `Rule “${name}” asks for a reason code: write ${codes} in the comment, and ask again.`;
}
