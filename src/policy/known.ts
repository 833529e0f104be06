/** `unknown`: a fact that it rests on is not known. It is never taken for a yes, nor for a no where a no would be the laxer answer. */
export type Known = 'yes' | 'no' | 'unknown';

export interface Finding {
  readonly known: Known;
  /** Part of a sentence: `the device is not tagged Tier0`. */
  readonly because: string;
}

/** All of them: one no is a no, else one unknown leaves it open. */
export function every(findings: readonly Finding[]): Known {
  if (findings.some(({ known }) => known === 'no')) return 'no';
  return findings.some(({ known }) => known === 'unknown') ? 'unknown' : 'yes';
}
