import pino, { type Logger } from 'pino';
import { subject } from '../trace.js';

/** Names under which a secret could reach the log through an object that is logged whole. */
const secrets = [
  '*.token',
  '*.botToken',
  '*.signingSecret',
  '*.appToken',
  '*.clientSecret',
  '*.authorization',
  '*.headers',
  '*.config',
];

/**
 * JSON lines on standard output (or to `out`), secrets cut out: by name, and by form wherever a text has one. A line names the event and
 * the Request that is being worked on.
 */
export function createLogger(
  level: string,
  out: { write(line: string): unknown } = pino.destination({ dest: 1, sync: true }),
): Logger {
  return pino(
    {
      level,
      redact: { paths: secrets, censor: '[cut]' },
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: subject,
    },
    { write: (line: string) => void out.write(withoutTokens(line)) },
  );
}

/**
 * What has the form of a token or of a password in an address: JSON Web Tokens, Slack's tokens, what follows `Bearer`. An error's
 * message or stack may carry one that somebody else put there. It does not find secrets without a form of their own.
 */
export function withoutTokens(line: string): string {
  return line
    .replaceAll(/\beyJ[\w-]{10,}(?:\.[\w-]*)*/g, '[cut]')
    .replaceAll(/\bx(?:ox[a-z]|app)-[\w-]+/g, '[cut]')
    .replaceAll(/\bBearer [^\s"\\]+/g, 'Bearer [cut]')
    .replaceAll(/(?<=[a-z]:\/\/)[^\s"\\/@]+@/g, '[cut]@');
}
