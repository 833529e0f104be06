import pino from 'pino';
import type { Origin, Said } from '../src/command/model.js';
import { createThrottle } from '../src/defender/throttle.js';
import { createUnfinished } from '../src/defender/unfinished.js';
import type { Account, PlatformName } from '../src/people/person.js';
import type { Platform } from '../src/platform.js';
import { parsePolicy } from '../src/policy/load.js';
import type { Policy } from '../src/policy/policy.js';
import type { Context } from '../src/request/context.js';
import { createInherited, type Inherited } from '../src/request/inherited.js';
import type { Request } from '../src/request/request.js';
import { openStates, requestStates } from '../src/request/life.js';
import { ownerFor, type Store } from '../src/store/store.js';
import { openStore } from '../src/store/open.js';
import { plain, type Card, type Note } from '../src/view/model.js';
import { createDeliverer } from '../src/work/deliver.js';
import { createDispatcher, type Dispatcher } from '../src/work/dispatch.js';
import { createIntake } from '../src/work/intake.js';
import type { Pool } from '../src/work/pool.js';
import { createSearch } from '../src/work/search.js';
import { scheduleTick } from '../src/work/schedule.js';
import { untraced } from '../src/trace.js';
import { createTracker } from '../src/work/track.js';
import { audit } from './audit-key.js';
import { FakeDefender, FakePlatform, type Sent } from './fakes.js';

const start = Date.parse('2026-11-23T09:00:00Z');

export const incidentChannel = 'C0INCIDENT';
export const teamsTenant = '11111111-2222-4333-8444-555555555555';
export const teamsChannel = '19:incident@thread.tacv2';

/** An Entra object id for tests. */
export function objectId(count: number): string {
  return `66666666-7777-4888-aaaa-${String(count).padStart(12, '0')}`;
}

export const standardPolicy = `
version: 1
groups:
  soc: [slack:T0HOME:UREQ, slack:T0HOME:UAPP1, slack:T0HOME:UAPP2]
  leads: [slack:T0HOME:UAPP1, slack:T0HOME:UAPP2, slack:T0HOME:UREQ]
rules:
  - name: everything
    actions: [restrict, release]
    requesters: [soc]
    approvers: [leads]
    approvals: 1
`;

/** The core with everything outside it replaced: real store in memory, real use cases and loops, a clock that stands still. */
export class Harness {
  clock = start;
  readonly defender: FakeDefender;
  readonly slack: FakePlatform;
  readonly teams: FakePlatform;
  policy: Policy;
  private keys = 0;
  private tokens = 0;
  private codes = 0;
  private lives = 0;
  private inherited = createInherited(start);
  private readonly intake: Pool;
  private readonly deliver: Pool;
  private readonly track: () => Promise<number | undefined>;
  private readonly dispatcher: Dispatcher;
  private readonly search: Pool;
  readonly context: Context;
  private readonly platforms: Map<PlatformName, Platform>;

  private constructor(
    readonly store: Store,
    policyText: string,
    /** Like a restart with the other setting. */
    public dryRun: boolean,
    beside?: Harness,
  ) {
    this.defender = beside?.defender ?? new FakeDefender();
    this.slack = beside?.slack ?? new FakePlatform();
    this.teams = beside?.teams ?? new FakePlatform('teams');
    const name = beside === undefined ? 'replica' : 'other';
    this.policy = parsePolicy(policyText, 'policy.yaml');
    const now = (): number => this.clock;
    const isDry = (): boolean => this.dryRun;
    const inherited = (): Inherited => this.inherited;
    this.platforms = new Map([this.slack, this.teams].map((platform) => [platform.name, platform]));
    this.context = {
      store,
      defender: this.defender,
      throttle: createThrottle({ store, now, random: () => 0, logger: pino({ level: 'silent' }) }),
      platforms: this.platforms,
      policy: () => this.policy,
      policyNow: () => Promise.resolve(this.policy),
      unfinished: createUnfinished(this.defender, now),
      get inherited() {
        return inherited();
      },
      replica: {
        id: () => `${name}-${this.lives}`,
        claim: (take) => take(ownerFor(`${name}-${this.lives}`, 1)),
        alive: () => true,
      },
      now,
      newId: () => `${beside === undefined ? 'AAAA' : 'BBBB'}${String((this.keys += 1)).padStart(4, '0')}`,
      newToken: () => `${beside === undefined ? 'token' : 'other'}-${(this.tokens += 1)}`,
      newCode: () => `C0DE${String((this.codes += 1)).padStart(8, '0')}`,
      logger: pino({ level: 'silent' }),
      tracer: untraced,
      get dryRun() {
        return isDry();
      },
      portalUrl: 'https://security.microsoft.com',
      limits: { commentLength: 1_000, settleMs: 60_000, attempts: 3, mostOpen: { open: 1_000, openOfRequester: 100 } },
      wake: () => undefined,
    };
    this.intake = createIntake(this.context);
    this.deliver = createDeliverer(this.context);
    this.track = createTracker(this.context);
    this.dispatcher = createDispatcher(this.context);
    this.search = createSearch(this.context);
  }

  static async open(policyText = standardPolicy, options: { readonly dryRun?: boolean } = {}): Promise<Harness> {
    return Harness.over(await openStore('sqlite::memory:', { audit, now: () => start }), policyText, options);
  }

  static async over(store: Store, policyText = standardPolicy, { dryRun = false } = {}): Promise<Harness> {
    const harness = new Harness(store, policyText, dryRun);
    await harness.store.register(harness.context.replica.id(), Number.MAX_SAFE_INTEGER);
    return harness;
  }

  /** Another process that shares the store, and sees the same world. */
  async beside(policyText = standardPolicy): Promise<Harness> {
    const other = new Harness(this.store, policyText, false, this);
    await this.store.register(other.context.replica.id(), Number.MAX_SAFE_INTEGER);
    return other;
  }

  /** As if Cordon had been started without that platform's settings. */
  switchOff(platform: PlatformName): void {
    this.platforms.delete(platform);
  }

  /** As if the process had died and another one had noticed. */
  async restart(): Promise<void> {
    const { store, replica } = this.context;
    const dead = replica.id();
    this.lives += 1;
    this.inherited = createInherited(this.clock);
    await store.register(replica.id(), Number.MAX_SAFE_INTEGER);
    await store.release(dead);
  }

  /** Runs every loop until nothing is due at the present time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      await this.intake.tick();
      await this.intake.idle();
      const due = [await scheduleTick(this.context), await this.dispatcher.tick()];
      await this.dispatcher.idle();
      await this.search.tick();
      await this.search.idle();
      due.push(await this.track());
      await this.deliver.tick();
      await this.deliver.idle();
      due.push(await this.store.nextIncomingDue(), await this.store.nextDeliveryDue());
      due.push(await this.store.nextDue(['sending', 'unknown']));
      const approved = await this.store.countIn(['approved']);
      if (approved === 0 && due.every((moment) => moment === undefined || moment > this.clock)) return;
    }
    throw new Error('the loops do not come to rest');
  }

  /** Another replica's deliverer sends what is due. */
  async deliverAll(): Promise<void> {
    const other = createDeliverer(this.context);
    await other.tick();
    await other.idle();
  }

  async advance(ms: number): Promise<void> {
    this.clock += ms;
    await this.settle();
  }

  origin(over: Partial<Origin> = {}): Origin {
    return { platform: 'slack', tenant: 'T0HOME', conversation: incidentChannel, direct: false, ...over };
  }

  /** Stores what somebody said or pressed, without working on it. */
  accept(user: string, said: Said, origin = this.origin(), tenant = 'T0HOME', key?: string): Promise<boolean> {
    const account: Account = { platform: 'slack', tenant, user };
    return this.acceptFrom(account, said, origin, key);
  }

  /** The same for any account, in Teams say. */
  acceptFrom(account: Account, said: Said, origin = this.originOf(account), key?: string): Promise<boolean> {
    return this.store.accept({ key: key ?? `key-${(this.keys += 1)}`, account, origin, said }, this.clock);
  }

  /** The incident channel of the account's platform. */
  private originOf({ platform, tenant }: Account): Origin {
    return this.origin(platform === 'slack' ? {} : { platform, tenant, conversation: teamsChannel });
  }

  /** The Teams account with this Entra object id. */
  inTeams(user: string): Account {
    return { platform: 'teams', tenant: teamsTenant, user };
  }

  async sayFrom(account: Account, text: string, origin = this.originOf(account)): Promise<void> {
    await this.acceptFrom(account, { kind: 'text', text }, origin);
    await this.settle();
  }

  async pressFrom(account: Account, button: 'Approve' | 'Deny', reason?: string): Promise<void> {
    const { token, origin } = this.buttonFor(account, button);
    await this.acceptFrom(account, { kind: 'press', token, ...(reason === undefined ? {} : { reason }) }, origin);
    await this.settle();
  }

  /** A button where this account sees it: on a card in a channel of its platform, or on one that was sent to it. */
  buttonFor(account: Account, label: string): { token: string; origin: Origin } {
    for (const { sent, card } of this.cards()) {
      const button = card.buttons.find((each) => each.label === label);
      const { ref, target } = sent;
      if (button === undefined || ref.platform !== account.platform) continue;
      if (target.to === 'person' && target.account.user !== account.user) continue;
      const direct = target.to === 'person';
      return { token: button.token, origin: { ...this.originOf(account), conversation: ref.conversation, direct } };
    }
    throw new Error(`${account.user} sees no card with a button ${label}`);
  }

  /** One turn of the loops, as far as it goes by itself: what another process does meanwhile may come in between. */
  async turn(): Promise<void> {
    await this.intake.tick();
    await this.dispatcher.tick();
    await Promise.all([this.intake.idle(), this.dispatcher.idle()]);
    await this.deliver.tick();
    await this.deliver.idle();
  }

  say(user: string, text: string, origin = this.origin(), tenant = 'T0HOME'): Promise<void> {
    return this.sayFrom({ platform: 'slack', tenant, user }, text, origin);
  }

  press(user: string, button: 'Approve' | 'Deny', reason?: string, tenant = 'T0HOME'): Promise<void> {
    return this.pressFrom({ platform: 'slack', tenant, user }, button, reason);
  }

  token(button: string): string {
    const found = this.cards()
      .flatMap(({ card }) => card.buttons)
      .find((each) => each.label === button);
    if (!found) throw new Error(`no card has a button ${button}`);
    return found.token;
  }

  /** The only Request. */
  async request(): Promise<Request> {
    const [request] = await this.store.requestsIn(requestStates, 10);
    if (!request) throw new Error('there is no request');
    return request;
  }

  openCount(): Promise<number> {
    return this.store.countIn(openStates);
  }

  cards(): { sent: Sent; card: Card }[] {
    return [...this.slack.sent, ...this.teams.sent].flatMap((sent) =>
      sent.view.kind === 'card' ? [{ sent, card: sent.view.card }] : [],
    );
  }

  /** Texts of the notes in a conversation, or those to one person. */
  texts(where: { thread?: string; to?: string }): string[] {
    return [...this.slack.sent, ...this.teams.sent].flatMap(({ target, view }) => {
      if (view.kind !== 'note') return [];
      const matches =
        where.to === undefined
          ? target.to === 'conversation' && target.thread === where.thread
          : target.to !== 'conversation' && target.account.user === where.to;
      return matches ? [textOf(view.note)] : [];
    });
  }

  /** The thread under the first card. */
  thread(): string[] {
    return this.texts({ thread: this.cards()[0]?.sent.ref.message ?? 'none' });
  }
}

export function textOf(note: Note): string {
  return [...note.lines.map((line) => plain(line)), ...(note.quote === undefined ? [] : [`> ${note.quote}`])].join(
    '\n',
  );
}
