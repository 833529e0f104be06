import { bothPlatforms, objectIds, teamsIds } from '../../sandbox/cast.js';
import { type DefenderCall, standInMachine } from '../../sandbox/defender.js';
import type { TeamsMessage, TeamsOnLoopback } from '../../sandbox/teams.js';
import { executablesOf, titleOf } from '../../sandbox/teams/cards.js';
import type { TeamsDoor, TeamsSent } from '../../sandbox/teams/door.js';
import { wordsOf } from '../../sandbox/teams/words.js';
import { eventually } from './eventually.js';
import { Scene } from './scene.js';

export type Login = keyof typeof objectIds;
export type Place = keyof typeof teamsIds;

/** The people of both platforms; every request is shown where it was asked, and nowhere else. */
export const teamsOnly = bothPlatforms.replace(/announce: .*/, 'announce: [origin]');

/** Shown besides in the approvals channel of Teams. */
export const withApprovals = bothPlatforms.replace(/announce: .*/, `announce: [origin, "teams:${teamsIds.approvals}"]`);

interface How {
  readonly in?: Place;
  readonly thread?: string;
  readonly slash?: boolean;
}

const machines = Array.from({ length: 30 }, (_, index) =>
  standInMachine({ id: index.toString(16).padStart(40, '0'), computerDnsName: `pc-${index + 10}.contoso.com` }),
);

/**
 * Teams in any of its conversations, people by their login. A device of its own for each request keeps the tests of one scene apart,
 * and tells their cards from each other.
 */
export class TeamsScene {
  #devices = 0;

  private constructor(readonly scene: Scene) {}

  static async open(policy: string): Promise<TeamsScene> {
    return new TeamsScene(await Scene.open({ policy, teams: {}, defender: { machines } }));
  }

  get teams(): TeamsOnLoopback {
    return this.scene.sandbox.teams();
  }

  get door(): TeamsDoor {
    return this.scene.sandbox.teamsDoor();
  }

  newDevice(): string {
    const { computerDnsName } = machines[this.#devices++]!;
    return String(computerDnsName);
  }

  say(who: Login, text: string, { in: place = 'incident', ...how }: How = {}): Promise<TeamsSent> {
    return this.door.say({ user: objectIds[who], conversation: teamsIds[place], text, ...how });
  }

  sayDirectly(who: Login, text: string): Promise<TeamsSent> {
    return this.door.say({ user: objectIds[who], conversation: 'personal', text });
  }

  /** Asks for a new device and waits for the card. */
  async ask(who: Login, how: How = {}): Promise<TeamsMessage> {
    const device = this.newDevice();
    await this.say(who, `restrict ${device} beacon`, how);
    return this.card(device, how.in);
  }

  card(device: string, place: Place = 'incident', withinMs?: number): Promise<TeamsMessage> {
    return eventually(`the card of ${device}`, () => this.findCard(device, place), withinMs);
  }

  findCard(device: string, place: Place = 'incident'): TeamsMessage | undefined {
    return this.teams
      .messages(teamsIds[place])
      .find((each) => each.targetedTo === undefined && titles(each).length > 0 && wordsOf(each).includes(device));
  }

  press(who: Login, message: TeamsMessage, title = 'Approve'): Promise<TeamsSent> {
    return this.door.press({ user: objectIds[who], message, title });
  }

  /** The message as people see it now. */
  now(message: TeamsMessage): TeamsMessage {
    return this.teams.messages(message.conversation).find(({ id }) => id === message.id) ?? message;
  }

  waits(card: TeamsMessage): boolean {
    const current = this.now(card);
    return titles(current).includes('Approve') && wordsOf(current).includes('Waiting for approval');
  }

  /** What Cordon says to everybody below the card's post, or in a chat without threads after the card. */
  replies(card: TeamsMessage): string[] {
    return this.teams
      .thread(card.conversation, card.root ?? card.id)
      .filter((each) => each.from === undefined && each.targetedTo === undefined && each.id !== card.id)
      .map(wordsOf);
  }

  told(card: TeamsMessage, words: RegExp): Promise<true> {
    return eventually(`${String(words)} in the thread`, () => seen(this.replies(card), words));
  }

  /** Messages in a conversation that this person alone sees. */
  asides(who: Login, place: Place = 'incident'): TeamsMessage[] {
    return this.teams.messages(teamsIds[place]).filter(({ targetedTo }) => targetedTo === objectIds[who]);
  }

  aside(who: Login, words: RegExp, place?: Place): Promise<TeamsMessage> {
    return eventually(`${String(words)} for ${who} alone`, () =>
      this.asides(who, place).findLast((each) => each.from === undefined && words.test(wordsOf(each))),
    );
  }

  directlyTo(who: Login): string[] {
    return this.teams
      .personal(objectIds[who])
      .filter(({ from }) => from === undefined)
      .map(wordsOf);
  }

  toldDirectly(who: Login, words: RegExp): Promise<true> {
    return eventually(`${String(words)} to ${who}`, () => seen(this.directlyTo(who), words));
  }

  /** The calls that change the device of this card. */
  changes(card: TeamsMessage): DefenderCall[] {
    const machine = machines.find(({ computerDnsName }) => wordsOf(card).includes(String(computerDnsName)))!;
    return this.scene.posts().filter(({ machineId }) => machineId === machine.id);
  }

  close(): Promise<void> {
    return this.scene.close();
  }
}

/** Of every button that would be executed, those inside forms too. */
export function titles(message: TeamsMessage): string[] {
  return executablesOf(message).map(titleOf);
}

function seen(texts: readonly string[], words: RegExp): true | undefined {
  return texts.some((text) => words.test(text)) || undefined;
}
