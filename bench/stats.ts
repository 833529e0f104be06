import type { Row } from './benchmark.js';

/** Linear between the two nearest, as spreadsheets and NumPy do it; `part` from 0 to 1. Throws for an empty list. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new Error('nothing was measured');
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Median and spread of the rounds, as a Row has them. */
export function summary(rounds: readonly number[]): Pick<Row, 'median' | 'spread'> {
  return { median: median(rounds), spread: [quantile(rounds, 0), quantile(rounds, 1)] };
}

/** Three digits are all that a measurement on a shared machine can carry. */
export function threeDigits(value: number): number {
  return Number(value.toPrecision(3));
}
