import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import type { BaseLogger } from 'pino';

export type Log = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Cordon's log as Slack's libraries want it. The level stays at `info` whatever they ask for: at `debug` they write
 * whole payloads, and with them what people said and the `response_url`s.
 */
export function slackLogger(log: Log): SlackLogger {
  const text = (words: unknown[]): string =>
    words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
  return {
    debug: () => undefined,
    info: (...words) => {
      log.debug(text(words));
    },
    warn: (...words) => {
      log.warn(text(words));
    },
    error: (...words) => {
      log.error(text(words));
    },
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
