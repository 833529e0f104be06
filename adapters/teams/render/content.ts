import type { View } from '../../../src/view/model.js';
import { renderCard } from './card.js';
import type { AdaptiveCard } from './elements.js';
import { renderNote } from './note.js';

/** What an activity shows. `summary` is all that a notification and the list of conversations tell of it, as plain text. */
export interface TeamsContent {
  readonly summary: string;
  readonly attachments: readonly [
    { readonly contentType: 'application/vnd.microsoft.card.adaptive'; readonly content: AdaptiveCard },
  ];
}

export function render(view: View): TeamsContent {
  return view.kind === 'card' ? renderCard(view.card) : renderNote(view.note);
}

export { renderCard, renderNote };
