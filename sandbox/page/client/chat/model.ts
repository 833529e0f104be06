import type { ReactNode } from 'react';
import type { Offer } from '../../commands.js';
import type { Outcome } from '../../model.js';

/** Somebody whom the person at the page can be. */
export interface Someone {
  readonly id: string;
  readonly name: string;
  /** What sets them apart, such as `guest`. */
  readonly about?: string;
}

/** A channel, a group or a direct conversation, as one person sees it. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'private' | 'direct';
  /** The newest message in it, in Unix ms; 0 where there is none. */
  readonly latest: number;
}

/** A message as one person sees it. */
export interface Post {
  readonly id: string;
  readonly author: string;
  readonly isBot: boolean;
  /** Unix ms. */
  readonly at: number;
  readonly edited: boolean;
  /** The platform's words where only this person sees it. */
  readonly onlyYou: string | undefined;
  /** Another one once the content is another. */
  readonly version: string;
  readonly body: ReactNode;
  readonly replies: readonly Post[];
  readonly menu: { readonly name: string; readonly run: () => Promise<Outcome> } | undefined;
}

/** Where the person is on one platform, and what they are writing. */
export interface Desk {
  readonly person: string;
  readonly place: string;
  /** Root of the thread that is open. */
  readonly thread: string | undefined;
  readonly draft: string;
}

/** What a platform makes of the state for the person who looks: all that the pane shows. */
export interface Chat {
  readonly platform: 'slack' | 'teams';
  readonly name: string;
  readonly people: readonly Someone[];
  readonly places: readonly Place[];
  readonly posts: readonly Post[];
  readonly offers: readonly Offer[];
  readonly prompt: string;
  readonly empty: ReactNode;
  readonly say: (text: string) => Promise<Outcome>;
}
