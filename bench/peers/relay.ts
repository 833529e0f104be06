/**
 * What the way from a click to the call is held against: a Bolt app that asks Slack who clicked and calls Defender at once. It checks no
 * policy, asks about nobody else, stores nothing, and would call twice for two clicks.
 */
import { createServer } from 'node:http';
import { App, ExpressReceiver } from '@slack/bolt';
import crossFetch from 'cross-fetch';
import { listenOnLoopback } from '../../sandbox/loopback.js';
import { answerMessages } from '../process.js';

const {
  SLACK_SIGNING_SECRET: signingSecret = '',
  SLACK_BOT_TOKEN: token = '',
  SLACK_API_URL = '',
  DEFENDER_API_URL = '',
  DEFENDER_TOKEN = '',
} = process.env;
const receiver = new ExpressReceiver({ signingSecret });
const app = new App({ receiver, token, clientOptions: { slackApiUrl: SLACK_API_URL } });
/** The device of the click that is under way. */
let machine = '';

app.action(/.*/, async ({ ack, body, client }) => {
  await ack();
  const { user } = await client.users.info({ user: body.user.id });
  await crossFetch(`${DEFENDER_API_URL}/api/machines/${machine}/restrictCodeExecution`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEFENDER_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ Comment: `Approved by ${user?.name ?? ''}` }),
  });
});

app.command(/.*/, async ({ ack }) => {
  await ack();
});

/** Starts at the first message, and says on which port; each message names the device of the next click. */
let started: ReturnType<typeof listenOnLoopback> | undefined;
answerMessages((question) => {
  ({ machine } = question as { machine: string });
  started ??= listenOnLoopback(createServer(receiver.app));
  return started;
});
