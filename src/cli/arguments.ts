import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '../command/nearest.js';
import { messageOf } from '../errors.js';
import { UsageError } from './command-line.js';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;

/** As `parseArgs`, but what it does not understand is a `UsageError` that says what was meant. */
export function readArguments<T extends Options>(args: readonly string[], options: T): Parsed<T> {
  const [unknown] = args.flatMap((arg) => {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    return name === undefined || Object.hasOwn(options, name) ? [] : [name];
  });
  if (unknown !== undefined) {
    const known = Object.keys(options);
    const meant = nearest(unknown, known);
    const advice = meant === undefined ? `Known are --${known.join(', --')}.` : `Did you mean --${meant}?`;
    throw new UsageError(`There is no option --${unknown}. ${advice}`);
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
