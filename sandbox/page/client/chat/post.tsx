import type { ReactNode } from 'react';
import { Avatar } from '../kit/avatar.js';
import { useFlash } from '../kit/flash.js';
import { Icon } from '../kit/icons.js';
import { Time } from '../kit/time.js';
import type { Post } from './model.js';

interface PostProps {
  readonly post: Post;
  /** Goes on from the message above: the author is not named again. */
  readonly joins: boolean;
  /** Its replies stand below it. */
  readonly isRoot: boolean;
  readonly onOpenThread: (() => void) | undefined;
  readonly onMenu: (run: NonNullable<Post['menu']>) => void;
}

const joinWithinMs = 300_000;

/** One author's messages within minutes stand under one name; a root with a thread stands alone. */
export function goesOn(post: Post, before: Post | undefined): boolean {
  if (before === undefined || before.replies.length > 0 || before.onlyYou !== post.onlyYou) return false;
  return before.author === post.author && before.isBot === post.isBot && post.at - before.at < joinWithinMs;
}

export function PostView({ post, joins, isRoot, onOpenThread, onMenu }: PostProps): ReactNode {
  const { author, isBot, at, edited, onlyYou, replies, menu } = post;
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const element = useFlash<HTMLElement>(post.version, at);
  return (
    <article
      ref={element}
      className={joins ? 'post joins' : 'post'}
      data-testid="message"
      aria-label={`${author} said`}
    >
      {joins ? <span /> : <Avatar name={author} isBot={isBot} />}
      <div className="content">
        {onlyYou !== undefined && (
          <p className="only-you">
            <Icon name="eye" /> {onlyYou}
          </p>
        )}
        {!joins && (
          <p className="byline">
            <b>{author}</b>
            {isBot && <span className="app">App</span>}
            <Time at={at} />
          </p>
        )}
        <div className="body">{post.body}</div>
        {edited && !isBot && <p className="edited">(edited)</p>}
        {onOpenThread !== undefined && replies.length > 0 && (
          <button type="button" className="replies" onClick={onOpenThread}>
            {count}
            <Time at={replies.at(-1)?.at ?? at} />
          </button>
        )}
      </div>
      {isRoot && replies.length > 0 && <p className="count">{count}</p>}
      {(onOpenThread !== undefined || menu !== undefined) && onlyYou === undefined && (
        <div className="post-tools">
          {onOpenThread !== undefined && (
            <button type="button" onClick={onOpenThread}>
              Reply
            </button>
          )}
          {menu !== undefined && (
            <button
              type="button"
              onClick={() => {
                onMenu(menu);
              }}
            >
              {menu.name}
            </button>
          )}
        </div>
      )}
    </article>
  );
}
