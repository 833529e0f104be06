import { CordonError } from '../errors.js';

/** One mistake in a policy file. `line` and `column` count from 1; `field` is like `rules[0].approvers`, empty for the whole file. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly text: string;
}

/**
 * The policy cannot be used, so nothing may be decided. `policy_invalid`: the file has `mistakes`, all of which the message
 * lists. `policy_unreadable`: there is no file, or no right to read it; the message says what to do next.
 */
export class PolicyError extends CordonError {
  readonly mistakes: readonly Mistake[];

  constructor(
    code: 'policy_invalid' | 'policy_unreadable',
    message: string,
    options: { cause?: unknown; mistakes?: readonly Mistake[] } = {},
  ) {
    super(code, message, options);
    this.mistakes = options.mistakes ?? [];
  }
}

/** In the order of the file, one mistake a line, each as `policy.yaml:7:5 rules[0].approvers: …`. */
export function invalidPolicy(fileName: string, mistakes: readonly Mistake[]): PolicyError {
  const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const count = sorted.length === 1 ? 'one mistake' : `${sorted.length} mistakes`;
  const lines = sorted.map(({ line, column, field, text }) => {
    const place = `${fileName}:${line}:${column}`;
    return `  ${field === '' ? place : `${place} ${field}`}: ${text}`;
  });
  return new PolicyError('policy_invalid', [`${fileName} has ${count}:`, ...lines].join('\n'), { mistakes: sorted });
}
