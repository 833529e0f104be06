import type { TokenCredential } from '@azure/identity';
import type { Defender } from '../../defender/defender.js';
import { ownCodes, wireCodes } from '../../defender/errors.js';
import type { Answered } from '../../defender/transport.js';
import { type Core, type Platform, PlatformError } from '../../platform.js';
import { isFinal, type RequestState, requestStates } from '../../request/life.js';
import type { StoreWork } from '../../store/session.js';
import type { Committed } from '../changes.js';
import type { Instruments } from './instruments.js';

/** Each takes a port, or what a hook tells, and counts. Nothing here changes what is done, or throws. */

/** Begins at 0 what an alarm looks at: the first of a kind would else appear as 1, in which Prometheus sees no increase. */
export function beginAtZero({ process, chat, defender, graph }: Instruments): void {
  for (const source of ['ready', 'record', 'store']) process.scrapeErrors.inc({ source }, 0);
  for (const result of ['taken', 'rejected']) process.policyReloads.inc({ result }, 0);
  for (const audience of ['defender', 'graph', 'teams']) defender.tokens.inc({ audience, result: 'failed' }, 0);
  for (const status of [401, 403]) graph.http.inc({ status }, 0);
  for (const platform of ['slack', 'teams']) {
    for (const reason of ['unsigned', 'wrong signature', 'wrong time']) chat.refused.inc({ platform, reason }, 0);
  }
}

const knownCodes: ReadonlySet<string> = new Set([...wireCodes, ...ownCodes]);

export function measureStoreWork({ store }: Instruments): (work: StoreWork) => void {
  return ({ kind, ms, error }) => {
    store.seconds.observe({ work: kind }, ms / 1_000);
    if (error !== undefined) store.errors.inc({ work: kind, code: error });
  };
}

export function measureAnswers({ defender }: Instruments): (answered: Answered) => void {
  return ({ operation, status, code, ms }) => {
    defender.seconds.observe({ operation }, ms / 1_000);
    defender.calls.inc({ operation, status: status ?? 'none', code: code === undefined ? 'none' : known(code) });
  };
}

/** A code that somebody else made up must not make a series. */
function known(code: string): string {
  return knownCodes.has(code) ? code : 'other';
}

export function measureDefender({ defender: { batch } }: Instruments, defender: Defender): Defender {
  return {
    ...defender,
    look() {
      const look = defender.look();
      return {
        glance(wanted) {
          // What `find` is asked for was glanced for before.
          if (wanted.length > 0) batch.observe(wanted.length);
          return look.glance(wanted);
        },
        find: (wanted) => look.find(wanted),
      };
    },
  };
}

/** Whom a token is for; `teams` is the bot's own. */
export type Audience = 'defender' | 'graph' | 'teams';

export function measureCredential<C extends TokenCredential>(
  { defender: { tokens } }: Instruments,
  audience: Audience,
  credential: C,
): C {
  return {
    ...credential,
    async getToken(...asked: Parameters<TokenCredential['getToken']>) {
      try {
        const token = await credential.getToken(...asked);
        tokens.inc({ audience, result: token === null ? 'failed' : 'given' });
        return token;
      } catch (error) {
        tokens.inc({ audience, result: 'failed' });
        throw error;
      }
    },
  };
}

export function measurePlatform({ chat }: Instruments, platform: Platform): Platform {
  const { name } = platform;
  const measured = async <T>(method: 'send' | 'update' | 'look_up', work: Promise<T>): Promise<T> => {
    const begun = performance.now();
    let status = 'ok';
    try {
      return await work;
    } catch (error) {
      status = statusOf(error);
      throw error;
    } finally {
      chat.seconds.observe({ platform: name, method }, (performance.now() - begun) / 1_000);
      chat.calls.inc({ platform: name, method, status });
    }
  };
  return {
    name,
    send: (target, view) => measured('send', platform.send(target, view)),
    update: (ref, view) => measured('update', platform.update(ref, view)),
    lookUp: (account) => measured('look_up', platform.lookUp(account)),
  };
}

function statusOf(error: unknown): string {
  if (!(error instanceof PlatformError)) return 'failed';
  return error.retryAfterMs === undefined ? error.kind.replaceAll(' ', '_') : 'rate_limited';
}

export function measureCore({ chat }: Instruments, core: Core): Core {
  return {
    ...core,
    async accept(incoming) {
      const { platform } = incoming.origin;
      const begun = performance.now();
      let result = 'failed';
      try {
        const fresh = await core.accept(incoming);
        result = fresh ? 'new' : 'redelivered';
        return fresh;
      } finally {
        chat.accepted.observe({ platform }, (performance.now() - begun) / 1_000);
        chat.events.inc({ platform, result });
      }
    },
    refused(platform, reason) {
      chat.refused.inc({ platform, reason });
      core.refused(platform, reason);
    },
  };
}

/** `method` names what a call is for; it has to come from a known set. */
export function measureFetch(
  { chat }: Instruments,
  platform: Platform['name'],
  methodOf: (url: string, method: string) => string,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return counted(fetch, (status, url, method) => {
    chat.http.inc({ platform, method: methodOf(url, method), status });
  });
}

export function measureGraph({ graph }: Instruments, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return counted(fetch, (status) => {
    graph.http.inc({ status });
  });
}

/** `none` is the status where no answer came. */
function counted(
  fetch: typeof globalThis.fetch,
  count: (status: number | 'none', url: string, method: string) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const asked = [input instanceof Request ? input.url : String(input), init?.method ?? 'GET'] as const;
    try {
      const response = await fetch(input, init);
      count(response.status, ...asked);
      return response;
    } catch (error) {
      count('none', ...asked);
      throw error;
    }
  };
}

export function measureTicks({ process }: Instruments): (tick: { loop: string; ms: number; failed: boolean }) => void {
  return ({ loop, ms, failed }) => {
    process.ticks.observe({ loop }, ms / 1_000);
    process.loopFailures.inc({ loop }, failed ? 1 : 0);
  };
}

/** The life of a Request in times, by the stamps that it carries itself. */
export function measureChanges({ requests }: Instruments): (committed: Committed) => void {
  return ({ request, born, effects }) => {
    if (request === undefined) return;
    const { action, createdAt, queuedAt, submittedAt } = request;
    if (born) requests.created.inc({ action, platform: request.origin.platform });
    const { vote } = effects;
    if (vote !== undefined) {
      requests.votes.inc({ decision: vote.decision, platform: vote.person.account.platform });
      const first = request.votes.length === 1 && request.past === undefined;
      if (first) requests.firstVote.observe({ action }, seconds(createdAt, vote.at));
    }
    for (const { requestId, from, to, at } of effects.audit) {
      if (requestId !== request.id || from === undefined || !isState(to)) continue;
      // One that was approved as it was made has waited for nobody.
      if (from === 'awaiting approval' && !born) {
        requests.decision.observe({ action, outcome: to }, seconds(createdAt, at));
      }
      if (to === 'sending' && request.attempts === 1) {
        requests.queueWait.observe({ action }, seconds(queuedAt, at));
      }
      if (to === 'submitted') requests.submission.observe({ action }, seconds(queuedAt, submittedAt ?? at));
      if (!isFinal(to)) continue;
      requests.ended.inc({ action, outcome: to });
      if (submittedAt !== undefined) requests.result.observe({ action, outcome: to }, seconds(submittedAt, at));
    }
  };
}

function isState(name: string | undefined): name is RequestState {
  return name !== undefined && (requestStates as readonly string[]).includes(name);
}

/** Between two times in Unix ms; the clocks of two processes may disagree by a little. */
function seconds(from: number | undefined, to: number): number {
  return Math.max(0, to - (from ?? to)) / 1_000;
}
