import type { DefenderStandIn } from '../defender.js';
import type { SlackStandIn } from '../slack.js';
import type { SlackDoor } from '../slack/door.js';
import type { TeamsStandIn } from '../teams.js';
import type { TeamsDoor } from '../teams/door.js';

/** What the page shows and acts through. Doors are asked for each time, because they follow Cordon over a restart. */
export interface PageParts {
  readonly slack: SlackStandIn;
  readonly defender: DefenderStandIn;
  readonly teams: TeamsStandIn;
  door(): SlackDoor;
  teamsDoor(): TeamsDoor;
  /** Where Cordon listens, to ask whether it is alive. */
  cordon(): { readonly url: string };
}
