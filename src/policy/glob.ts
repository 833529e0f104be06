/**
 * Whether the whole text fits a pattern in which `*` stands for any characters and `?` for one, whatever the case. At worst it takes
 * the length of the one times that of the other: a pattern cannot make it hang.
 */
export function fitsPattern(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern.toLowerCase());
  const given = Array.from(text.toLowerCase());
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let next = 0; next < given.length;) {
    // The star first: the text may hold one too.
    if (wanted[at] === '*') {
      star = at;
      resume = next;
      at += 1;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[next])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      next = resume;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every((rest) => rest === '*');
}
