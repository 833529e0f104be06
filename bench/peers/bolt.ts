/** What Cordon's way in from Slack is held against: a Bolt app that acknowledges every command and does nothing else. */
import { App, ExpressReceiver } from '@slack/bolt';
import { answerMessages } from '../process.js';

const { SLACK_SIGNING_SECRET: signingSecret = '', SLACK_BOT_TOKEN: token = '', SLACK_API_URL = '' } = process.env;
const receiver = new ExpressReceiver({ signingSecret });
const app = new App({ receiver, token, clientOptions: { slackApiUrl: SLACK_API_URL } });
app.command(/.*/, async ({ ack }) => {
  await ack();
});

/** Starts at the first message, and says on which port. */
answerMessages(async () => {
  const server = await receiver.start({ host: '127.0.0.1', port: 0 });
  const address = server.address();
  return { port: typeof address === 'object' ? address?.port : undefined };
});
