import { boot, type BootOptions, type Sandbox } from '../../sandbox/boot.js';
import { devices } from '../../sandbox/cast.js';
import type { DefenderCall } from '../../sandbox/defender.js';
import type { StoredMessage } from '../../sandbox/slack.js';
import { buttonsOf, type Sent } from '../../sandbox/slack/door.js';
import { eventually } from './eventually.js';

export const channel = 'C0INC4711';
export const device = devices[0]!;

/** One sandbox with a quick Defender, and what tests do and look at in its incident channel. */
export class Scene {
  private constructor(readonly sandbox: Sandbox) {}

  static async open(options: BootOptions = {}): Promise<Scene> {
    const pace = { pendingMs: 200, inProgressMs: 200 };
    const slack = { rateLimits: false, ...options.slack };
    const teams = options.teams && { rateLimits: false, ...options.teams };
    return new Scene(
      await boot({ ...options, slack, ...(teams && { teams }), defender: { pace, ...options.defender } }),
    );
  }

  ask(text = `${device.computerDnsName} beacon to 203.0.113.9`, user = 'U0ALICE'): Promise<Sent> {
    return this.sandbox.door().slashCommand({ user, channel, command: '/restrict', text });
  }

  press(message: StoredMessage, user = 'U0BOB', label = 'Approve'): Promise<Sent> {
    return this.sandbox.door().press({ user, message, label });
  }

  card(where = channel): Promise<StoredMessage> {
    return eventually('a card with buttons', () =>
      this.sandbox.slack.messages(where).find((stored) => buttonsOf(stored).length > 0),
    );
  }

  /** All texts under a message, its own included. */
  thread(root: StoredMessage): string {
    return this.sandbox.slack
      .thread(root.channel, root.message.ts)
      .map(({ message }) => message.text)
      .join('\n');
  }

  inThread(root: StoredMessage, words: RegExp, withinMs?: number): Promise<true> {
    return eventually(`${String(words)} in the thread`, () => words.test(this.thread(root)) && true, withinMs);
  }

  /** The calls that change a device, as Defender saw them. */
  posts(): DefenderCall[] {
    return this.sandbox.defender.calls.filter(({ operation }) => /restrictCodeExecution/i.test(operation));
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }
}
