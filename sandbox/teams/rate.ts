/** About seven posts a second to one conversation already draw a 429. */
const perSecond = 7;

/** Counts the posts of the last second, per conversation. */
export class PostRate {
  readonly #posts = new Map<string, number[]>();

  /** Takes one post; returns the seconds to wait when there is no room. */
  take(conversation: string, now: number): number | undefined {
    const recent = (this.#posts.get(conversation) ?? []).filter((at) => at > now - 1_000);
    if (recent.length >= perSecond) return 1;
    this.#posts.set(conversation, [...recent, now]);
    return undefined;
  }
}
