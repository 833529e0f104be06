/**
 * What Cordon's way through Teams is held against: a bot on the Bot Framework's SDK that says what was said to it. It checks the
 * channel's token as every bot does; its own token for the connector it is given, because the SDK would ask Microsoft for one.
 */
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, MessageFactory } from 'botbuilder';
import { AppCredentials, type AuthenticatorResult, ServiceClientCredentialsFactory } from 'botframework-connector';
import express from 'express';
import { createServer } from 'node:http';
import { listenOnLoopback } from '../../sandbox/loopback.js';
import { answerMessages } from '../process.js';

const { MicrosoftAppId = '', BOT_TOKEN = '', ...settings } = process.env;

class GivenToken extends AppCredentials {
  protected override refreshToken(): Promise<AuthenticatorResult> {
    return Promise.resolve({ accessToken: BOT_TOKEN, expiresOn: new Date(Date.now() + 3_600_000) });
  }
}

class Credentials extends ServiceClientCredentialsFactory {
  override isValidAppId(appId: string): Promise<boolean> {
    return Promise.resolve(appId === MicrosoftAppId);
  }

  override isAuthenticationDisabled(): Promise<boolean> {
    return Promise.resolve(false);
  }

  override createCredentials(): Promise<AppCredentials> {
    return Promise.resolve(new GivenToken(MicrosoftAppId));
  }
}

const authentication = new ConfigurationBotFrameworkAuthentication({ MicrosoftAppId, ...settings }, new Credentials());
const adapter = new CloudAdapter(authentication);
const app = express();
app.use(express.json());
app.post('/api/messages', async (request, response) => {
  await adapter.process(request, response, async (context) => {
    await context.sendActivity(MessageFactory.text(`You said: ${context.activity.text}`));
  });
});

/** Starts at the first message, and says on which port. */
answerMessages(() => listenOnLoopback(createServer(app)));
