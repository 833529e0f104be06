import { clean, clip } from '../../../src/view/clip.js';
import type { Button } from '../../../src/view/model.js';
import { pressVerb, reasonInput } from '../names.js';
import type { Action, ActionSet, ExecuteAction } from './elements.js';

/** Teams shows no more than six actions of a set. */
const actionsPerSet = 5;
const longestTitle = 80;
const longestReason = 1_000;

const styles = {
  primary: { style: 'positive' },
  danger: { style: 'destructive' },
  plain: {},
} as const;

/** What a press means is behind the token. A button that asks for a reason opens a field for it first. */
export function action(button: Button): Action {
  const { asks } = button;
  if (asks === undefined) return execute(button, button.label);
  return {
    type: 'Action.ShowCard',
    title: titleOf(button.label),
    ...styles[button.style],
    card: {
      type: 'AdaptiveCard',
      body: [
        {
          type: 'Input.Text',
          id: reasonInput,
          label: asks.label,
          isRequired: true,
          errorMessage: 'A reason is needed.',
          isMultiline: true,
          maxLength: longestReason,
        },
      ],
      actions: [{ ...execute(button, asks.submit), associatedInputs: 'auto' }],
    },
  };
}

/** In as many sets as they need. */
export function actionSets(buttons: readonly Button[]): ActionSet[] {
  const sets: ActionSet[] = [];
  for (let start = 0; start < buttons.length; start += actionsPerSet) {
    sets.push({ type: 'ActionSet', actions: buttons.slice(start, start + actionsPerSet).map(action) });
  }
  return sets;
}

function execute({ style, token }: Button, title: string): ExecuteAction {
  return { type: 'Action.Execute', title: titleOf(title), verb: pressVerb, data: { token }, ...styles[style] };
}

function titleOf(label: string): string {
  return clip(clean(label), longestTitle);
}
