import type { View } from '../../../src/view/model.js';
import { renderCard } from './card.js';
import type { TeamsContent } from './content.js';
import { renderNote } from './note.js';

export function render(view: View): TeamsContent {
  return view.kind === 'card' ? renderCard(view.card) : renderNote(view.note);
}
