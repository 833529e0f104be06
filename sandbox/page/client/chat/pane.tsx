import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { Outcome } from '../../model.js';
import { Avatar } from '../kit/avatar.js';
import { Composer } from '../kit/composer.js';
import { Icon, Mark } from '../kit/icons.js';
import { Tabs, tabId } from '../kit/tabs.js';
import { Log } from './log.js';
import type { Chat, Desk, Place } from './model.js';

interface ChatPaneProps {
  readonly chat: Chat;
  readonly desk: Desk;
  readonly onDesk: (change: Partial<Desk>) => void;
  readonly problem: string | undefined;
  readonly onOutcome: (outcome: Outcome) => void;
  /** Stands above everything else in the pane, which cannot be reached meanwhile. */
  readonly form: ReactNode;
  /** Stands above the composer. */
  readonly banner?: ReactNode;
}

/** A chat platform's client: who one is, where one is, what is said there, and the composer. */
export function ChatPane({ chat, desk, onDesk, problem, onOutcome, form, banner }: ChatPaneProps): ReactNode {
  const { platform, places, posts } = chat;
  const panel = `${platform}-messages`;
  const field = useRef<HTMLTextAreaElement>(null);
  const place = places.find(({ id }) => id === desk.place);
  const root = posts.find(({ id }) => id === desk.thread);
  const news = useNews(desk, places);
  useFocusAfter(form !== undefined, field);
  /** What went wrong in one place is no news in another. */
  const go = (to: Partial<Desk>): void => {
    onOutcome({});
    onDesk({ thread: undefined, ...to });
  };

  return (
    <>
      <div className="chat" inert={form !== undefined}>
        <PersonBar chat={chat} desk={desk} onGo={go} />
        <Tabs
          label={`${chat.name} conversations`}
          tabs={places.map((each) => ({ id: each.id, label: placeLabel(each), news: news.has(each.id) }))}
          selected={desk.place}
          panelOf={() => panel}
          onSelect={(id) => {
            go({ place: id });
          }}
        />
        <div
          id={panel}
          className="conversation"
          role="tabpanel"
          aria-labelledby={tabId(panel, desk.place)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && root) go({});
          }}
        >
          {root && (
            <header className="thread-head">
              <button
                type="button"
                className="plain"
                aria-label="Back to the conversation"
                onClick={() => {
                  go({});
                }}
              >
                <Icon name="back" />
              </button>
              <h3>Thread</h3>
              <span>{place?.name}</span>
            </header>
          )}
          <Log
            key={`${desk.person}/${desk.place}/${root?.id ?? ''}`}
            label={root ? 'Thread' : `Messages in ${place?.name ?? ''}`}
            posts={root ? [root, ...root.replies] : posts}
            isThread={root !== undefined}
            empty={chat.empty}
            onOpenThread={
              root || place?.kind === 'direct'
                ? undefined
                : (id) => {
                    go({ thread: id });
                  }
            }
            onMenu={({ run }) => void run().then(onOutcome)}
          />
          {banner}
          {problem !== undefined && (
            <div className="problem" role="alert">
              <p>{problem}</p>
              <button
                type="button"
                className="plain"
                aria-label="Dismiss"
                onClick={() => {
                  onOutcome({});
                }}
              >
                <Icon name="close" />
              </button>
            </div>
          )}
          <Composer
            label={root ? 'Reply, or @cordon …' : chat.prompt}
            draft={desk.draft}
            offers={chat.offers}
            field={field}
            onDraft={(draft) => {
              onDesk({ draft });
            }}
            onSend={async (text) => {
              const outcome = await chat.say(text);
              onOutcome(outcome);
              if (outcome.problem === undefined) onDesk({ draft: '' });
            }}
          />
        </div>
      </div>
      {form}
    </>
  );
}

interface PersonBarProps {
  readonly chat: Chat;
  readonly desk: Desk;
  readonly onGo: (to: Partial<Desk>) => void;
}

function PersonBar({ chat, desk, onGo }: PersonBarProps): ReactNode {
  const { name, people, platform } = chat;
  const person = people.find(({ id }) => id === desk.person);
  return (
    <header className="pane-head">
      <h2>{name}</h2>
      <label className="person">
        <span>You are</span>
        <Avatar name={person?.name ?? '?'} isBot={false} />
        <select
          aria-label={`Person in ${name}`}
          data-testid={`${platform}-person`}
          value={desk.person}
          onChange={(event) => {
            onGo({ person: event.target.value });
          }}
        >
          {people.map(({ id, name: called, about }) => (
            <option key={id} value={id}>
              {about === undefined ? called : `${called} (${about})`}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}

function placeLabel({ name, kind }: Place): ReactNode {
  return (
    <>
      <span className="glyph" aria-hidden="true">
        {kind === 'channel' ? '#' : kind === 'private' ? <Icon name="lock" /> : <Mark />}
      </span>
      {name}
    </>
  );
}

/** A form took the focus with it; writing goes on when it is gone. */
function useFocusAfter(formIsOpen: boolean, field: RefObject<HTMLTextAreaElement | null>): void {
  const wasOpen = useRef(formIsOpen);
  useEffect(() => {
    if (wasOpen.current && !formIsOpen) field.current?.focus();
    wasOpen.current = formIsOpen;
  }, [formIsOpen, field]);
}

/** The places in which something was said since the person last looked, or since the page was opened. */
function useNews({ person, place }: Desk, places: readonly Place[]): Set<string> {
  const [opened] = useState(() => Date.now());
  const [read, setRead] = useState<Readonly<Record<string, number>>>({});
  const key = (id: string): string => `${person}/${id}`;
  const latest = places.find(({ id }) => id === place)?.latest ?? 0;
  const here = key(place);
  useEffect(() => {
    setRead((before) => ({ ...before, [here]: latest }));
  }, [here, latest]);
  return new Set(places.flatMap(({ id, latest: at }) => (id !== place && at > (read[key(id)] ?? opened) ? [id] : [])));
}
