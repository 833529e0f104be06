import { platformContract } from '../contract/platform.js';
import { slackDriver } from './drivers/slack.js';
import { teamsDriver } from './drivers/teams.js';
import { Scene } from './scene.js';
import { teamsOnly } from './teams-scene.js';

const inTeams = { policy: teamsOnly, teams: {} };

platformContract('Slack', async () => {
  const scene = await Scene.open();
  return { scene, driver: slackDriver(scene.sandbox) };
});

platformContract('Teams by mention', async () => {
  const scene = await Scene.open(inTeams);
  return { scene, driver: teamsDriver(scene.sandbox) };
});

platformContract('Teams by slash command', async () => {
  const scene = await Scene.open(inTeams);
  return { scene, driver: teamsDriver(scene.sandbox, { slash: true }) };
});
