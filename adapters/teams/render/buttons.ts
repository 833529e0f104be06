import { clean, clip } from '../../../src/view/clip.js';
import type { Button } from '../../../src/view/model.js';
import { type PressData, pressVerb, reasonInput } from '../names.js';
import type { Action, ActionSet, ActionStyle, Execute } from './elements.js';

/** Teams shows at most six in a row and hides the rest. */
const mostInRow = 5;
const longestTitle = 60;
const longestReason = 1_000;

const styles: Readonly<Record<Button['style'], { readonly style?: ActionStyle }>> = {
  primary: { style: 'positive' },
  danger: { style: 'destructive' },
  plain: {},
};

/** A single row is the card's own; more are sets at the end of the body. */
export function buttonRows(buttons: readonly Button[]): { readonly actions: Action[]; readonly sets: ActionSet[] } {
  const actions = buttons.map(action);
  if (actions.length <= mostInRow) return { actions, sets: [] };
  const sets: ActionSet[] = [];
  for (let start = 0; start < actions.length; start += mostInRow) {
    sets.push({ type: 'ActionSet', actions: actions.slice(start, start + mostInRow) });
  }
  return { actions: [], sets };
}

function action({ label, style, token, asks }: Button): Action {
  const title = clip(clean(label), longestTitle);
  if (asks === undefined) return { ...execute(title, token, 'none'), ...styles[style] };
  return {
    type: 'Action.ShowCard',
    title,
    ...styles[style],
    card: {
      type: 'AdaptiveCard',
      body: [
        {
          type: 'Input.Text',
          id: reasonInput,
          label: asks.label,
          isRequired: true,
          errorMessage: 'Give a reason.',
          isMultiline: true,
          maxLength: longestReason,
        },
      ],
      actions: [{ ...execute(asks.submit, token, 'auto'), style: 'destructive' }],
    },
  };
}

function execute(title: string, token: string, associatedInputs: Execute['associatedInputs']): Execute {
  const data: PressData = { token };
  return { type: 'Action.Execute', title, verb: pressVerb, data, associatedInputs };
}
