import pino, { type Logger } from 'pino';

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

/** JSON lines on standard output, secrets cut out. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    redact: { paths: secrets, censor: '[cut]' },
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
