import type { ReactNode } from 'react';
import { Mark } from './icons.js';

const hues = 6;

/** Initials on a colour that belongs to the name, so that a person looks the same on both platforms. */
export function Avatar({ name, isBot }: { readonly name: string; readonly isBot: boolean }): ReactNode {
  if (isBot) {
    return (
      <span className="avatar bot" aria-hidden="true">
        <Mark />
      </span>
    );
  }
  const words = name.split(/\s+/).filter((word) => /^\p{Lu}/u.test(word));
  const initials = [words[0], words[1]].map((word) => word?.charAt(0) ?? '').join('');
  const hue = Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % hues;
  return (
    <span className="avatar" data-hue={hue} aria-hidden="true">
      {initials === '' ? name.charAt(0).toUpperCase() : initials}
    </span>
  );
}
