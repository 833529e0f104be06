import { useId, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import type { Offer } from '../../commands.js';
import { Icon } from './icons.js';

interface ComposerProps {
  readonly label: string;
  readonly draft: string;
  readonly offers: readonly Offer[];
  readonly field: Ref<HTMLTextAreaElement>;
  readonly onDraft: (draft: string) => void;
  /** Resolves when it was sent. */
  readonly onSend: (text: string) => Promise<void>;
}

/** Where one writes. Enter sends; what begins like a command or a mention is offered in full. */
export function Composer({ label, draft, offers, field, onDraft, onSend }: ComposerProps): ReactNode {
  const list = useId();
  const [busy, setBusy] = useState(false);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState('');
  const fitting = /^[/@]\S*$/.test(draft)
    ? offers.filter(({ insert }) => insert.startsWith(draft.toLowerCase()) && insert.trim() !== draft)
    : [];
  const open = fitting.length > 0 && dismissed !== draft;
  const chosen = fitting[Math.min(at, fitting.length - 1)];

  const send = async (): Promise<void> => {
    if (busy || draft.trim() === '') return;
    setBusy(true);
    try {
      await onSend(draft.trim());
    } finally {
      setBusy(false);
    }
  };
  const take = (offer: Offer): void => {
    onDraft(offer.insert);
    setAt(0);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step !== undefined) setAt((now) => (now + step + fitting.length) % fitting.length);
    else if (open && chosen && (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey))) take(chosen);
    else if (open && event.key === 'Escape') setDismissed(draft);
    else if (event.key === 'Enter' && !event.shiftKey) void send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {open && (
        <ul className="offers" role="listbox" id={list} aria-label="Commands">
          {fitting.map((offer) => (
            <li
              key={offer.insert}
              id={`${list}-${offer.insert.trim()}`}
              role="option"
              aria-selected={offer === chosen}
              onPointerDown={(event) => {
                event.preventDefault();
                take(offer);
              }}
            >
              <b>{offer.insert.trim()}</b> <span>{offer.hint}</span>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        rows={1}
        aria-label={label}
        placeholder={label}
        value={draft}
        spellCheck={false}
        aria-autocomplete="list"
        aria-controls={open ? list : undefined}
        aria-activedescendant={open && chosen ? `${list}-${chosen.insert.trim()}` : undefined}
        onChange={(event) => {
          onDraft(event.target.value);
        }}
        onKeyDown={press}
      />
      <button type="submit" className="send" aria-label="Send" disabled={busy || draft.trim() === ''}>
        <Icon name="send" />
      </button>
    </form>
  );
}
