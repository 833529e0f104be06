/**
 * The known word that a mistyped one most likely meant, or undefined where none is near. Up to a third of the letters may
 * be wrong, missing, extra or swapped with their neighbour.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const allowed = Math.max(1, Math.floor(candidate.length / 3));
    if (Math.abs(candidate.length - typed.length) > allowed) continue;
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

/** Optimal string alignment distance: insertions, deletions, replacements, and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = cell(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swaps = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = swaps ? cell(older, column - 2) + 1 : Infinity;
      current.push(Math.min(cell(previous, column) + 1, cell(current, column - 1) + 1, replaced, swapped));
    }
    older = previous;
    previous = current;
  }
  return cell(previous, b.length);
}

/** Outside the table nothing can be reached. */
function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
