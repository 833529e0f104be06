import { SlackError, type StoredMessage } from './model.js';

const triggerMs = 3_000;
const responseUrlMs = 30 * 60_000;
const responseUrlPosts = 5;

/** What a `response_url` answers to: the channel and the user of the interaction, and the message it came from. */
export interface Conversation {
  readonly channel: string;
  readonly user: string;
  readonly source?: StoredMessage;
}

/** The short-lived rights that come with every interaction: `trigger_id` (3 s, once) and `response_url` (30 min, 5 posts). */
export class Tickets {
  readonly #triggers = new Map<string, { at: number; user: string; used: boolean }>();
  readonly #urls = new Map<string, { at: number; posts: number; conversation: Conversation }>();

  constructor(private readonly now: () => number) {}

  addTrigger(id: string, user: string): void {
    this.#triggers.set(id, { at: this.now(), user, used: false });
  }

  /** Uses the trigger up and returns the user whose client it opens a modal in. */
  exchangeTrigger(id: unknown): string {
    const trigger = this.#triggers.get(String(id));
    if (trigger === undefined) throw new SlackError('invalid_trigger_id');
    if (trigger.used) throw new SlackError('exchanged_trigger_id');
    if (this.now() - trigger.at > triggerMs) throw new SlackError('expired_trigger_id');
    trigger.used = true;
    return trigger.user;
  }

  addUrl(id: string, conversation: Conversation): void {
    this.#urls.set(id, { at: this.now(), posts: 0, conversation });
  }

  useUrl(id: string): Conversation {
    const url = this.#urls.get(id);
    if (url === undefined) throw new SlackError('invalid_url');
    if (this.now() - url.at > responseUrlMs) throw new SlackError('expired_url');
    if (url.posts >= responseUrlPosts) throw new SlackError('used_url');
    url.posts += 1;
    return url.conversation;
  }
}
