import { useEffect, useRef, type RefObject } from 'react';

const settledMs = 1_500;

/** Lights the element up for a moment when `version` changes, or when it appears on a page that has been there for a while. */
export function useFlash<T extends HTMLElement>(version: string): RefObject<T | null> {
  const element = useRef<T>(null);
  const seen = useRef<string>(undefined);
  useEffect(() => {
    const appeared = seen.current === undefined;
    const changed = seen.current !== version;
    seen.current = version;
    if (!changed || (appeared && performance.now() < settledMs)) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    element.current?.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], {
      duration: 1_800,
      easing: 'ease-out',
    });
  }, [version]);
  return element;
}
