import type { ReactNode } from 'react';
import type { CordonHealth } from '../model.js';
import { Icon, Mark } from './kit/icons.js';
import type { Theme } from './theme.js';

interface TopProps {
  readonly health: CordonHealth;
  readonly connected: boolean;
  readonly theme: Theme;
  readonly onTheme: () => void;
  readonly onGuide: (() => void) | undefined;
}

const words: Readonly<Record<CordonHealth, string>> = {
  unknown: 'Starting…',
  running: 'Cordon runs',
  'not answering': 'Cordon does not answer',
};

export function Top({ health, connected, theme, onTheme, onGuide }: TopProps): ReactNode {
  const [state, text] = connected ? [health, words[health]] : ['lost', 'Connection lost, trying again…'];
  return (
    <header className="top">
      <span className="logo">
        <Mark />
      </span>
      <h1>
        Cordon <span>sandbox</span>
      </h1>
      <p className="health" role="status" data-state={state}>
        {text}
      </p>
      {onGuide !== undefined && (
        <button type="button" className="plain" aria-label="Show the first steps" onClick={onGuide}>
          <Icon name="help" />
        </button>
      )}
      <button
        type="button"
        className="plain"
        aria-label={theme === 'dark' ? 'Switch to the light theme' : 'Switch to the dark theme'}
        onClick={onTheme}
      >
        <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
      </button>
    </header>
  );
}
