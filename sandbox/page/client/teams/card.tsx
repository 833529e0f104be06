import { AdaptiveCard, ExecuteAction, GlobalRegistry, OpenUrlAction, type Action } from 'adaptivecards';
import MarkdownIt from 'markdown-it';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { hostConfig } from './host-config.js';

interface CardProps {
  /** The Adaptive Card. */
  readonly content: unknown;
  /** Clicks the `Action.Execute` with this title; resolves when it was answered. */
  readonly onPress: (title: string, inputs: Readonly<Record<string, string>>) => Promise<void>;
}

// What a card says is shown, never run: no HTML, and nothing that is fetched, as a video's preview would be.
GlobalRegistry.elements.unregister('Media');
const markdown = new MarkdownIt({ html: false, linkify: false }).disable('image');
AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

/** An Adaptive Card, drawn by Microsoft's own renderer. */
export function Card({ content, onPress }: CardProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const press = useRef(onPress);
  const pressing = useRef(false);
  const [busy, setBusy] = useState(false);
  const json = JSON.stringify(content);
  useEffect(() => {
    press.current = onPress;
  });
  useEffect(() => {
    const card = new AdaptiveCard();
    card.hostConfig = hostConfig;
    card.onAnchorClicked = (_element, anchor) => openOutside(anchor.href);
    card.onExecuteAction = (action: Action) => {
      if (action instanceof OpenUrlAction) openOutside(action.url ?? '');
      if (!(action instanceof ExecuteAction) || pressing.current) return;
      pressing.current = true;
      setBusy(true);
      void press.current(action.title ?? '', inputsOf(card)).finally(() => {
        pressing.current = false;
        setBusy(false);
      });
    };
    card.parse(JSON.parse(json));
    const drawn = card.render();
    const hadFocus = host.current?.contains(document.activeElement) === true;
    if (drawn) host.current?.replaceChildren(drawn);
    if (hadFocus) drawn?.focus();
  }, [json]);
  return <div ref={host} className="card" aria-busy={busy} />;
}

function inputsOf(card: AdaptiveCard): Record<string, string> {
  const inputs = card
    .getAllInputs()
    .map(({ id, value }) => [id ?? '', typeof value === 'string' ? value : ''] as const);
  return Object.fromEntries(inputs.filter(([id, value]) => id !== '' && value !== ''));
}

/** True: the card itself shall not follow the link, which would leave the page. */
function openOutside(url: string): true {
  if (/^https?:\/\//.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
  return true;
}
