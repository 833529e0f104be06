import type { ActionsBlock, Button as SlackButton } from '@slack/types';
import { clean, clip } from '../../../src/view/clip.js';
import type { Button } from '../../../src/view/model.js';
import { buttonActions } from '../names.js';
import { limits } from './clip.js';

/** Buttons in as many blocks as they need. The `action_id` tells only whether a reason is asked for before it counts. */
export function buttonBlocks(buttons: readonly Button[]): ActionsBlock[] {
  const elements = buttons.map(slackButton);
  const blocks: ActionsBlock[] = [];
  for (let start = 0; start < elements.length; start += limits.buttonsPerBlock) {
    blocks.push({ type: 'actions', elements: elements.slice(start, start + limits.buttonsPerBlock) });
  }
  return blocks;
}

function slackButton(button: Button, index: number): SlackButton {
  const start = button.asks === undefined ? buttonActions.press : buttonActions.ask;
  return {
    type: 'button',
    action_id: `${start}${index}`,
    text: { type: 'plain_text', text: clip(clean(button.label), limits.button), emoji: false },
    value: button.token,
    ...(button.style === 'plain' ? {} : { style: button.style }),
  };
}
