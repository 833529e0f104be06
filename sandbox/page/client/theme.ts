import { useEffect } from 'react';
import { useKept } from './kept.js';
import { useMedia } from './media.js';

export type Theme = 'light' | 'dark';

/** The system's theme until the person chooses the other one. */
export function useTheme(): [Theme, () => void] {
  const [kept, keep] = useKept('cordon.theme', 'system');
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  const theme = kept === 'light' || kept === 'dark' ? kept : systemIsDark ? 'dark' : 'light';
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return [
    theme,
    () => {
      keep(theme === 'dark' ? 'light' : 'dark');
    },
  ];
}
