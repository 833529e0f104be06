import type { TokenSource } from '../defender/credentials.js';
import { CordonError } from '../errors.js';
import { systemCode } from '../network.js';
import { type Platform, PlatformError, platformTitle } from '../platform.js';
import { groupKey, type GroupSource, groupTitle } from '../policy/groups.js';

/** What outside refused lately, as the process itself saw it: nobody is asked. For `/readyz`. */
export interface Troubles {
  /** Full sentences, oldest first. */
  reasons(): readonly string[];
  /** The same source; a refusal of Entra is a trouble until it gives a token again. */
  token(source: TokenSource, whose: string): TokenSource;
  /**
   * The same fetch; a 401 or 403 of Defender is a trouble of that operation until it answers otherwise, and no answer is one until
   * there is any.
   */
  fetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
  /** The same source; a group that cannot be asked about is a trouble until it can. */
  groups(source: GroupSource): GroupSource;
  /** The same platform; a refused token is a trouble until a call goes through. */
  platform(platform: Platform): Platform;
}

/** Nobody may have tried again since: then nobody knows any more. */
const keptMs = 3_600_000;

/** `now`: Unix ms. */
export function createTroubles(now: () => number): Troubles {
  const known = new Map<string, { readonly text: string; readonly at: number }>();
  const note = (key: string, text: string): void => {
    known.delete(key);
    known.set(key, { text, at: now() });
  };

  async function watched<T>(name: Platform['name'], work: Promise<T>): Promise<T> {
    try {
      const done = await work;
      known.delete(name);
      return done;
    } catch (error) {
      if (error instanceof PlatformError && error.kind === 'credentials') {
        note(name, `${platformTitle[name]} refuses the token of Cordon: ${error.userText ?? error.code}`);
      }
      throw error;
    }
  }

  return {
    reasons: () => [...known.values()].filter(({ at }) => now() - at < keptMs).map(({ text }) => text),
    token: (source, whose) => async (force) => {
      try {
        const token = await source(force);
        known.delete(`token ${whose}`);
        return token;
      } catch (error) {
        const text = error instanceof CordonError ? error.userText : undefined;
        note(`token ${whose}`, `For ${whose}: ${text ?? 'Entra gave Cordon no token.'}`);
        throw error;
      }
    },
    fetch: (fetch) => async (input, init) => {
      let response: Response;
      try {
        response = await fetch(input, init);
      } catch (error) {
        note(silent, `Defender does not answer (${reasonOf(error, init)}): cordon doctor says what to look at.`);
        throw error;
      }
      known.delete(silent);
      const operation = operationOf(
        typeof input === 'string' ? input : input instanceof URL ? input.href : input.url,
        init?.method,
      );
      if (response.status === 401 || response.status === 403) {
        note(operation, `Defender answers ${response.status} to ${operation}: cordon doctor says what is missing.`);
      } else if (response.status < 500 && response.status !== 429) known.delete(operation);
      return response;
    },
    groups: (source) => ({
      async members(ref, signal) {
        const key = groupKey(ref);
        try {
          const members = await source.members(ref, signal);
          known.delete(key);
          return members;
        } catch (error) {
          // Said already, by whoever asked for the token.
          if (!(error instanceof CordonError && error.code === 'graph_token')) {
            const text = error instanceof CordonError ? error.userText : undefined;
            note(key, `Who is in ${groupTitle(ref)} cannot be told: ${text ?? 'no answer came.'}`);
          }
          throw error;
        }
      },
    }),
    platform: (platform) => ({
      name: platform.name,
      send: (target, view) => watched(platform.name, platform.send(target, view)),
      update: (ref, view) => watched(platform.name, platform.update(ref, view)),
      lookUp: (account) => watched(platform.name, platform.lookUp(account)),
    }),
  };
}

const silent = 'Defender is silent';

/** Of a fetch that was rejected; what its caller ended was too slow. */
function reasonOf(error: unknown, init: RequestInit | undefined): string {
  return init?.signal?.aborted === true ? 'not in time' : (systemCode(error) ?? 'no connection');
}

/** By its last segment for what changes something, so that a read which goes through does not hide a refused restriction. */
function operationOf(url: string, method = 'GET'): string {
  if (method === 'GET') return 'reading';
  return new URL(url).pathname.split('/').at(-1) ?? 'writing';
}
