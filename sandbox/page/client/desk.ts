import { useCallback, useState } from 'react';
import type { PageState } from '../model.js';
import type { Desk } from './chat/model.js';

/** Where a person sits on one platform, and how they move. */
export function useDesk(first: Desk): [Desk, (change: Partial<Desk>) => void] {
  const [desk, setDesk] = useState(first);
  const change = useCallback((next: Partial<Desk>) => {
    setDesk((before) => ({ ...before, ...next }));
  }, []);
  return [desk, change];
}

/** Alice, in the first channel that she is in. */
export function aliceInSlack({ slack }: PageState): Desk {
  const person = (slack.users.find(({ name }) => name === 'alice') ?? slack.users[0])?.id ?? '';
  const place = slack.channels.find(({ im, members }) => im === undefined && members.includes(person))?.id ?? 'dm';
  return { person, place, thread: undefined, draft: '' };
}

/** Bob, where the newest card that he can see waits for a press; else in his first channel. */
export function bobInSlack({ slack }: PageState): Desk {
  const person = slack.users.find(({ name }) => name === 'bob')?.id ?? '';
  const mine = slack.channels.filter(({ im, members }) => im === undefined && members.includes(person));
  const card = slack.messages.findLast(
    ({ channel, message }) =>
      mine.some(({ id }) => id === channel) && message.blocks?.some(({ type }) => type === 'actions'),
  );
  return { person, place: card?.channel ?? mine[0]?.id ?? 'dm', thread: undefined, draft: '' };
}

/** Bob, where the newest card that he can see waits for a press; else in his first channel. */
export function bobInTeams({ teams }: PageState): Desk {
  const person = (teams.users.find(({ name }) => /^bob\b/i.test(name)) ?? teams.users[0])?.aadObjectId ?? '';
  const mine = teams.conversations.filter(({ members }) => members.includes(person));
  const card = teams.messages.findLast(
    ({ conversation, activity, from, deleted }) =>
      from === undefined &&
      !deleted &&
      mine.some(({ id }) => id === conversation) &&
      JSON.stringify(activity).includes('Action.Execute'),
  );
  const found = mine.find(({ id }) => id === card?.conversation) ?? mine.find(({ type }) => type !== 'personal');
  const place = found === undefined || found.type === 'personal' ? 'personal' : found.id;
  return { person, place, thread: undefined, draft: '' };
}
