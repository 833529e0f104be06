import type { ReactNode } from 'react';
import { Message, type Block as KnownBlock, type MessageProps } from 'slack-blocks-to-jsx';
import type { SlackState } from '../../model.js';
import type { Block } from '../../../slack/model.js';
import type { Theme } from '../theme.js';

interface BlocksProps {
  readonly blocks: readonly Block[];
  readonly slack: SlackState;
  readonly theme: Theme;
  /** Undefined where nothing can be pressed. */
  readonly onPress: ((actionId: string) => void) | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Blocks as slack-blocks-to-jsx draws them, but for `actions`: its buttons tell nobody that they were pressed, and wear their
 * `action_id` as the id of the element, which two cards may share.
 */
export function Blocks({ blocks, slack, theme, onPress }: BlocksProps): ReactNode {
  return inRuns(blocks).map((run, index) =>
    run[0]?.type === 'actions' ? (
      <div className="actions" key={index}>
        {elementsOf(run[0]).map((button) => (
          <PressButton key={textOf(button.action_id)} button={button} onPress={onPress} />
        ))}
      </div>
    ) : (
      <div key={index} ref={withoutId}>
        <Message
          withoutWrapper
          blocks={run.filter(isKnown)}
          theme={theme}
          name=""
          logo=""
          hooks={hooksFor(slack)}
          data={{}}
        />
      </div>
    ),
  );
}

/** The library gives each message the same element id; a page may have an id once. */
function withoutId(element: HTMLDivElement | null): void {
  element?.firstElementChild?.removeAttribute('id');
}

function PressButton({ button, onPress }: { button: Fields; onPress: BlocksProps['onPress'] }): ReactNode {
  const label = isFields(button.text) ? textOf(button.text.text) : '';
  const { style, url } = button;
  const className = style === 'primary' || style === 'danger' ? `button ${style}` : 'button';
  if (typeof url === 'string') {
    return (
      <a className={className} href={url} target="_blank" rel="noreferrer">
        {label}
      </a>
    );
  }
  return (
    <button
      type="button"
      className={className}
      aria-label={typeof button.accessibility_label === 'string' ? button.accessibility_label : undefined}
      disabled={onPress === undefined}
      onClick={() => onPress?.(textOf(button.action_id))}
    >
      {label}
    </button>
  );
}

function hooksFor({ users, channels }: SlackState): NonNullable<MessageProps['hooks']> {
  return {
    user: ({ id }) => <span className="mention">@{users.find((user) => user.id === id)?.name ?? id}</span>,
    channel: ({ id }) => <span className="mention">#{channels.find((channel) => channel.id === id)?.name ?? id}</span>,
    date: ({ timestamp, format }) => <span>{dateOf(Number(timestamp) * 1_000, format)}</span>,
  };
}

/** Slack's `{date_short_pretty} {time}` and its like; a token that is not known here becomes the full date. */
function dateOf(at: number, format: string): string {
  const day = new Date(at).toDateString() === new Date().toDateString();
  return format.replaceAll(/\{(\w+)\}/g, (_all, token: string) => {
    if (token === 'time') return new Date(at).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
    if (token.endsWith('pretty') && day) return 'today';
    return new Date(at).toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  });
}

/** The blocks in order, each `actions` block alone and what stands between them together. */
function inRuns(blocks: readonly Block[]): Block[][] {
  return blocks.reduce<Block[][]>((runs, block) => {
    const last = runs.at(-1);
    if (last === undefined || block.type === 'actions' || last[0]?.type === 'actions') return [...runs, [block]];
    return [...runs.slice(0, -1), [...last, block]];
  }, []);
}

// The stand-in has checked the blocks as Slack does, and the library draws nothing for a type that it does not know.
function isKnown(block: Block): block is Block & KnownBlock {
  return typeof block.type === 'string';
}

function elementsOf({ elements }: Block): Fields[] {
  return Array.isArray(elements) ? elements.filter(isFields) : [];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
