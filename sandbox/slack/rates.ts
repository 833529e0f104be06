/** Calls per minute and how many may come at once. `perChannel`: every channel has its own allowance. */
interface Rate {
  readonly perMinute: number;
  readonly burst: number;
  readonly perChannel?: boolean;
}

/** Slack's tiers (docs.slack.dev `apis/web-api/rate-limits`); the size of the bursts is a guess, Slack does not publish it. */
const rates: Readonly<Record<string, Rate>> = {
  'chat.postMessage': { perMinute: 60, burst: 3, perChannel: true },
  'chat.update': { perMinute: 50, burst: 10 },
  'chat.delete': { perMinute: 50, burst: 10 },
  'chat.postEphemeral': { perMinute: 100, burst: 20 },
  'conversations.open': { perMinute: 50, burst: 10 },
  'conversations.info': { perMinute: 50, burst: 10 },
  'usergroups.users.list': { perMinute: 20, burst: 10 },
  'users.info': { perMinute: 100, burst: 20 },
  'views.open': { perMinute: 100, burst: 20 },
  'apps.connections.open': { perMinute: 1, burst: 10 },
};

/** One token bucket per method, or per method and channel. */
export class Rates {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** Takes one call; returns the seconds to wait when there is no room. */
  take(method: string, channel: string, now: number): number | undefined {
    const rate = rates[method];
    if (rate === undefined) return undefined;
    const key = rate.perChannel === true ? `${method} ${channel}` : method;
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, at: now };
    const tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) * rate.perMinute) / 60_000);
    if (tokens < 1) return Math.ceil(((1 - tokens) * 60) / rate.perMinute);
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return undefined;
  }
}
