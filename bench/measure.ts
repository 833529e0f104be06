/** What each side gave in each round. */
export interface Rounds<T> {
  readonly cordon: readonly T[];
  readonly peer: readonly T[];
}

/**
 * Measures both in turn, ABBA ABBA …, so that what slows the machine down for a while meets both alike, and neither always
 * comes second. One round of each before that is not counted: code and caches are cold.
 */
export async function inTurn<T>(
  rounds: number,
  sides: { readonly cordon: () => Promise<T>; readonly peer: () => Promise<T> },
): Promise<Rounds<T>> {
  const measured: Record<keyof typeof sides, T[]> = { cordon: [], peer: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? (['cordon', 'peer'] as const) : (['peer', 'cordon'] as const);
    for (const side of order) {
      const result = await sides[side]();
      if (round > 0) measured[side].push(result);
    }
  }
  return measured;
}
