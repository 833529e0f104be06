import { useLayoutEffect, useRef, type ReactNode } from 'react';
import type { Post } from './model.js';
import { goesOn, PostView } from './post.js';

interface LogProps {
  readonly label: string;
  readonly posts: readonly Post[];
  /** The first one is the root, the others its replies. */
  readonly isThread: boolean;
  readonly empty: ReactNode;
  readonly onOpenThread: ((root: string) => void) | undefined;
  readonly onMenu: (menu: NonNullable<Post['menu']>) => void;
}

const nearPx = 80;

/** Where the newest message is read from: its end where there is something to press, else its top where it is taller than the pane. */
function newest(scroller: HTMLElement): number {
  const end = scroller.scrollHeight - scroller.clientHeight;
  const last = scroller.querySelector<HTMLElement>('[data-testid="message"]:last-of-type');
  if (last === null || last.querySelector('.body button') !== null) return end;
  const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  return Math.max(0, Math.min(end, top));
}

/** The messages of a place, or of a thread, newest last. It follows the newest one unless the reader has scrolled back. */
export function Log({ label, posts, isThread, empty, onOpenThread, onMenu }: LogProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null) return;
    const keep = (): void => {
      if (follows.current) current.scrollTop = newest(current);
    };
    // Cards grow after they were put in, and the pane changes its size.
    const sizes = new ResizeObserver(keep);
    sizes.observe(current);
    if (current.firstElementChild) sizes.observe(current.firstElementChild);
    keep();
    return () => {
      sizes.disconnect();
    };
  }, []);
  return (
    <div
      ref={scroller}
      className="scroller"
      role="log"
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        follows.current = currentTarget.scrollTop > newest(currentTarget) - nearPx;
      }}
    >
      <div className="log">
        {posts.length === 0 && <div className="empty">{empty}</div>}
        {posts.map((post, index) => (
          <PostView
            key={post.id}
            post={post}
            joins={goesOn(post, posts[index - 1])}
            isRoot={isThread && index === 0}
            onOpenThread={
              onOpenThread &&
              (() => {
                onOpenThread(post.id);
              })
            }
            onMenu={onMenu}
          />
        ))}
      </div>
    </div>
  );
}
