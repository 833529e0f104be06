import type { PlatformName } from '../../src/people/person.js';

/** Somebody of the sandbox's cast, by first name in lower case. */
export type Who = 'alice' | 'bob' | 'carol' | 'dave' | 'gina' | 'mallory';

/** A message of Cordon with buttons, as the driver knows it. */
export interface Shown {
  readonly id: string;
  readonly conversation: string;
}

/** What a person did, and the means to have the platform deliver the very same thing once more. */
export interface Done {
  readonly status: number;
  again(): Promise<Done>;
}

/** One platform as people use it. The suites speak to every platform through this alone. */
export interface Driver {
  readonly platform: PlatformName;
  /** A command in the incident channel, in the way that people use there most. */
  say(who: Who, text: string): Promise<Done>;
  /** A message to Cordon alone. */
  sayDirectly(who: Who, text: string): Promise<Done>;
  /** The newest card with buttons in the incident channel, or in the approvals channel. */
  card(where?: 'incident' | 'approvals'): Shown | undefined;
  approve(who: Who, card: Shown): Promise<Done>;
  /** Presses Deny, and gives the reason where one is asked for. */
  deny(who: Who, card: Shown, reason: string): Promise<Done>;
  /** Presses a button of the newest message that only this person sees. */
  pick(who: Who, label: string): Promise<Done>;
  /** The words of the card as it is now, and the labels of its buttons. */
  words(card: Shown): string;
  buttons(card: Shown): string[];
  /** The words of every other message of Cordon in the card's thread, oldest first. */
  replies(card: Shown): string[];
  /** What only this person sees in the incident channel, newest last. */
  aside(who: Who): string[];
  directlyTo(who: Who): string[];
  /** Everything in a message that would notify somebody, format or link although a person wrote it as plain words. */
  pings(card: Shown): unknown[];
  /** As if somebody deleted the card. */
  remove(card: Shown): void;
  /** The next so many messages that Cordon posts are refused as in an outage. */
  outage(times: number): void;
}
