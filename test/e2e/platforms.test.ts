import { platformContract } from '../contract/platform.js';
import { slackDriver } from './drivers/slack.js';
import { Scene } from './scene.js';

platformContract('Slack', async () => {
  const scene = await Scene.open();
  return { scene, driver: slackDriver(scene.sandbox) };
});
