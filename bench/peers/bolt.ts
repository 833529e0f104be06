/** What Cordon's way in from Slack is held against: a Bolt app that acknowledges every command and does nothing else. */
import { createServer } from 'node:http';
import { App, ExpressReceiver } from '@slack/bolt';
import { listenOnLoopback } from '../../sandbox/loopback.js';
import { answerMessages } from '../process.js';

const { SLACK_SIGNING_SECRET: signingSecret = '', SLACK_BOT_TOKEN: token = '', SLACK_API_URL = '' } = process.env;
const receiver = new ExpressReceiver({ signingSecret });
const app = new App({ receiver, token, clientOptions: { slackApiUrl: SLACK_API_URL } });
app.command(/.*/, async ({ ack }) => {
  await ack();
});

/** Starts at the first message, and says on which port. */
answerMessages(() => listenOnLoopback(createServer(receiver.app)));
