import { useEffect, useRef, type RefObject } from 'react';

const recentMs = 2_500;

/** Lights the element up for a moment when `version` changes, or when it appears and what it shows is new `since` then (Unix ms). */
export function useFlash<T extends HTMLElement>(version: string, since = 0): RefObject<T | null> {
  const element = useRef<T>(null);
  const seen = useRef<string>(undefined);
  useEffect(() => {
    const appeared = seen.current === undefined;
    const changed = seen.current !== version;
    seen.current = version;
    if (!changed || (appeared && Date.now() - since > recentMs)) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    element.current?.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], {
      duration: 1_800,
      easing: 'ease-out',
    });
  }, [version, since]);
  return element;
}
