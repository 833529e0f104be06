import sinon from 'sinon';
import * as cast from '../../../sandbox/cast.js';
import { startDefender, type DefenderStandIn } from '../../../sandbox/defender.js';
import type { PageParts } from '../../../sandbox/page/parts.js';
import { startSlack, type SlackStandIn } from '../../../sandbox/slack.js';
import type { Sent, SlackDoor } from '../../../sandbox/slack/door.js';
import { FakeTeams } from './fake-teams.js';

export const channel = 'C0INC4711';
export const alice = 'U0ALICE';
export const bob = 'U0BOB';
export const desktop = String(cast.devices[0]?.id);

type StubbedDoor = {
  readonly [Name in keyof SlackDoor]: sinon.SinonStub<Parameters<SlackDoor[Name]>, ReturnType<SlackDoor[Name]>>;
};

/** The stand-ins that the page shows, doors that only note what was done, and no Cordon. */
export interface Bench extends PageParts {
  readonly slack: SlackStandIn;
  readonly defender: DefenderStandIn;
  readonly fake: FakeTeams;
  readonly slackDoor: StubbedDoor;
  /** A call of Defender's API, as Cordon would make it. */
  restrict(machine?: string): Promise<number>;
  wait(ms: number): void;
  close(): Promise<void>;
}

export async function startParts(): Promise<Bench> {
  let passed = 0;
  const now = (): number => Date.now() + passed;
  const slack = await startSlack({ now, users: cast.people, channels: cast.channels, rateLimits: false });
  const defender = await startDefender({ machines: cast.devices, now, validToken: () => true });
  const fake = new FakeTeams();
  const slackDoor = stubDoor();
  return {
    slack,
    defender,
    fake,
    slackDoor,
    teams: fake.standIn,
    door: () => slackDoor,
    teamsDoor: () => fake.door,
    // Nothing listens there.
    cordon: () => ({ url: 'http://127.0.0.1:1' }),
    restrict: async (machine = desktop) => {
      const { status } = await fetch(`${defender.url}/api/machines/${machine}/restrictCodeExecution`, {
        method: 'POST',
        headers: { Authorization: 'Bearer any' },
        body: JSON.stringify({ Comment: 'beacon' }),
      });
      return status;
    },
    wait: (ms) => {
      passed += ms;
    },
    close: async () => {
      await Promise.all([slack.close(), defender.close()]);
    },
  };
}

export function sent(status = 200, body: unknown = ''): Sent {
  const answer: Sent = { status, body, text: '', payload: {}, again: () => Promise.resolve(answer) };
  return answer;
}

function stubDoor(): StubbedDoor {
  return {
    slashCommand: sinon.stub<Parameters<SlackDoor['slashCommand']>, Promise<Sent>>().resolves(sent()),
    mention: sinon.stub<Parameters<SlackDoor['mention']>, Promise<Sent>>().resolves(sent()),
    directMessage: sinon.stub<Parameters<SlackDoor['directMessage']>, Promise<Sent>>().resolves(sent()),
    press: sinon.stub<Parameters<SlackDoor['press']>, Promise<Sent>>().resolves(sent()),
    submitView: sinon.stub<Parameters<SlackDoor['submitView']>, Promise<Sent>>().resolves(sent()),
    closeView: sinon.stub<Parameters<SlackDoor['closeView']>, Promise<Sent | undefined>>().resolves(undefined),
    messageShortcut: sinon.stub<Parameters<SlackDoor['messageShortcut']>, Promise<Sent>>().resolves(sent()),
  };
}
