import type { TeamsMessage } from '../teams.js';

/** The answer of Cordon to an activity; `body` of an invoke is the invoke response. */
export interface TeamsSent {
  readonly status: number;
  readonly body: unknown;
}

/**
 * What people do in Teams, as activities with a real token: the only way in. People are named by `aadObjectId`; conversation
 * `personal` is the one that they have with the bot alone.
 */
export interface TeamsDoor {
  /**
   * Types to the bot. In a channel or group chat with a mention, unless `slash`, which chooses the native slash command: then the
   * activity is targeted (`recipient.isTargeted`). `thread` is the root in a channel; without it a channel message is a new root.
   */
  say(what: { user: string; conversation: string; thread?: string; text: string; slash?: boolean }): Promise<TeamsSent>;
  /** Clicks the `Action.Execute` with this title, also one inside an `Action.ShowCard`, with the values of its inputs by id. */
  press(what: {
    user: string;
    message: TeamsMessage;
    title: string;
    inputs?: Readonly<Record<string, string>>;
  }): Promise<TeamsSent>;
  /** The app is added to the conversation, or to the person with `personal`. */
  install(what: { user: string; conversation: string }): Promise<TeamsSent>;
  uninstall(what: { user: string; conversation: string }): Promise<TeamsSent>;
  /** Any activity, with any token (a good one when missing; none when null). */
  activity(activity: Readonly<Record<string, unknown>>, token?: string | null): Promise<TeamsSent>;
}
