import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from './loopback.js';

export interface Balancer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/** More than the longest answer of Cordon, a press in Teams, which waits three seconds for its card. */
const usualMs = 5_000;
/** A target that did not answer in time is left out for so long. */
const leaveOutMs = 3_000;

/**
 * Spreads requests over what `targets` names at the moment (`http://127.0.0.1:port`), one after the other. It retries nothing:
 * 502 where there is none or its connection broke, 504 where it did not answer in time. So whoever asked has to ask again.
 */
export async function startBalancer(
  targets: () => readonly string[],
  now: () => number,
  answerWithinMs = usualMs,
): Promise<Balancer> {
  const leftOutUntil = new Map<string, number>();
  let turn = 0;

  const choose = (): string | undefined => {
    const up = targets();
    const answering = up.filter((target) => (leftOutUntil.get(target) ?? 0) <= now());
    const choice = answering.length > 0 ? answering : up;
    turn += 1;
    return choice[turn % choice.length];
  };
  const forward = (incoming: IncomingMessage, response: ServerResponse): void => {
    const target = choose();
    const fail = (status: number): void => {
      if (response.headersSent) response.destroy();
      else response.writeHead(status).end();
    };
    if (target === undefined) {
      incoming.resume();
      fail(502);
      return;
    }
    const { method, headers } = incoming;
    // A connection of its own for each: one that is kept would break when its replica is killed, however long after.
    const outgoing = ask(`${target}${incoming.url ?? '/'}`, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => {
        fail(502);
      });
      answer.pipe(response);
    });
    const timer = setTimeout(() => {
      leftOutUntil.set(target, now() + leaveOutMs);
      fail(504);
      outgoing.destroy();
    }, answerWithinMs);
    outgoing.on('close', () => {
      clearTimeout(timer);
    });
    outgoing.on('error', () => {
      fail(502);
    });
    incoming.pipe(outgoing);
  };

  const { port, close } = await listenOnLoopback(createServer(forward));
  return { url: `http://127.0.0.1:${port}`, close };
}
