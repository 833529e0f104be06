import { actInDefender } from './act/defender.js';
import { actInSlack } from './act/slack.js';
import { actInTeams } from './act/teams.js';
import type { PageAction } from './action.js';
import type { Outcome } from './model.js';
import type { PageParts } from './parts.js';

/**
 * Does what a person did on the page: on a chat platform through its real door, never past it. Rejects where a door throws, with
 * the reason as its message.
 */
export async function act(action: PageAction, parts: PageParts): Promise<Outcome> {
  switch (action.on) {
    case 'slack':
      return actInSlack(action, parts);
    case 'teams':
      return actInTeams(action, parts);
    case 'defender':
      return actInDefender(action, parts.defender);
  }
}
