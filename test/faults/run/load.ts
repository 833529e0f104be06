import { setTimeout as delay } from 'node:timers/promises';
import type { Sandbox } from '../../../sandbox/boot.js';
import { messageOf } from '../../../src/errors.js';
import type { Chance } from './chance.js';
import type { Ledger, ShownCard } from './ledger.js';
import { notStored, press, say, untilTaken } from './people.js';
import type { Errand } from './plan.js';

export interface LoadOptions {
  readonly errands: readonly Errand[];
  readonly chance: Chance;
  /** Errands that are begun in a second, at most. */
  readonly perSecond: number;
  /** Errands that are not at their end, at most. */
  readonly atOnce: number;
  /** Told just before a command is said. */
  readonly onCommand: (command: Pick<Command, 'errand' | 'action'>) => void;
  /** How long a person waits for the end of one command before they give up. */
  readonly patienceMs: number;
}

/** A command that Cordon acknowledged. Times are Unix ms. */
export interface Command {
  readonly errand: Errand;
  readonly action: 'restrict' | 'release';
  readonly acceptedAt: number;
  readonly tries: number;
}

export interface Said {
  readonly accepted: readonly Command[];
  /** What nobody took while the person had patience, in words. */
  readonly unheard: readonly string[];
}

/** Plays the people: one who asks, one who approves or leaves it to be taken back, on whichever platform. Resolves when all is over. */
export async function runLoad(sandbox: Sandbox, ledger: Ledger, options: LoadOptions): Promise<Said> {
  const { errands, perSecond, atOnce, patienceMs } = options;
  const accepted: Command[] = [];
  const unheard: string[] = [];
  const approver = startApprover(sandbox, ledger, options);
  const waiting = [...errands];
  const startedAt = Date.now();
  let begun = 0;

  const ask = async (errand: Errand, action: Command['action'], until: (card: ShownCard) => boolean): Promise<void> => {
    options.onCommand({ errand, action });
    const seen = new Set(ledger.cardsOf(errand.device).map(({ requestId }) => requestId));
    const giveUpAt = Date.now() + patienceMs;
    const over = (): boolean => Date.now() > giveUpAt;
    const taken = await untilTaken(() => say(sandbox, errand, action, `${errand.device} load of the fault run`), over);
    accepted.push({ errand, action, acceptedAt: taken.at, tries: taken.tries });
    const done = (): boolean =>
      ledger.cardsOf(errand.device).some((card) => card.action === action && !seen.has(card.requestId) && until(card));
    while (!done() && !over()) await delay(25);
  };
  const askBoth = async (errand: Errand): Promise<void> => {
    await ask(errand, 'restrict', ({ status }) => !status.startsWith('Waiting'));
    await ask(errand, 'release', isOver);
  };
  const worker = async (): Promise<void> => {
    for (let errand = waiting.shift(); errand !== undefined; errand = waiting.shift()) {
      const beginAt = startedAt + (begun / perSecond) * 1_000;
      begun += 1;
      await delay(Math.max(0, beginAt - Date.now()));
      await (errand.kind === 'pair' ? askBoth(errand) : ask(errand, 'restrict', isOver)).catch((error: unknown) => {
        unheard.push(`${errand.device} in ${errand.platform}: ${messageOf(error)}`);
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await approver.close();
  return { accepted, unheard: [...unheard, ...approver.unheard] };
}

function isOver({ end }: ShownCard): boolean {
  return end !== undefined;
}

/** Whoever decides: presses what the card of a Request offers, on any of its cards. */
function startApprover(
  sandbox: Sandbox,
  ledger: Ledger,
  { errands, chance, patienceMs }: LoadOptions,
): { readonly unheard: readonly string[]; close(): Promise<void> } {
  const kinds = new Map(errands.map(({ device, kind }) => [device, kind]));
  const handled = new Set<string>();
  const under = new Set<Promise<void>>();
  const unheard: string[] = [];

  const decide = async (card: ShownCard): Promise<void> => {
    await delay(chance.between(50, 400));
    const giveUpAt = Date.now() + patienceMs;
    const over = (): boolean => Date.now() > giveUpAt;
    const errand = errands.find(({ device }) => device === card.device);
    if (errand === undefined) return;
    if (kinds.get(card.device) === 'withdraw') {
      await untilTaken(() => say(sandbox, errand, 'withdraw', card.requestId), over);
      return;
    }
    const shown = ledger.cardsOf(card.device).filter((each) => each.requestId === card.requestId);
    const { post } = chance.pick(shown.filter(({ post: { buttons } }) => buttons.includes('Approve')).concat(card));
    await untilTaken(() => press(sandbox, post, 'Approve'), over);
  };
  /** Nobody could tell whether the call arrived: a person looks in Defender and says what they see. */
  const tell = async (card: ShownCard): Promise<void> => {
    await delay(chance.between(50, 400));
    const arrived = sandbox.defender
      .actions()
      .some(({ requestorComment }) => requestorComment.startsWith(`[Cordon ${card.requestId}]`));
    const giveUpAt = Date.now() + patienceMs;
    await untilTaken(
      () => press(sandbox, card.post, arrived ? 'It was sent' : 'Send again'),
      () => Date.now() > giveUpAt,
    );
  };
  const begin = (key: string, work: () => Promise<void>): void => {
    if (handled.has(key)) return;
    handled.add(key);
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        unheard.push(`a decision about ${key}: ${messageOf(error)}`);
      })
      .finally(() => under.delete(running));
    under.add(running);
  };
  const stop = ledger.onCard((card) => {
    const { buttons, key } = card.post;
    if (buttons.includes('Approve')) begin(card.requestId, () => decide(card));
    if (buttons.includes('Send again')) begin(`${key} ${card.status}`, () => tell(card));
  });
  // Slack takes a press before it is stored; that it could not be is said to the one who pressed. They look at all they pressed.
  let told = 0;
  const stopHearing = ledger.onPost(({ onlyFor, text }) => {
    if (onlyFor !== 'bob' || !notStored.test(text)) return;
    told += 1;
    for (const card of ledger.cards()) {
      const { buttons, key } = card.post;
      if (handled.has(card.requestId) && buttons.includes('Approve')) begin(`${key} ${told}`, () => decide(card));
    }
  });
  return {
    unheard,
    async close() {
      stop();
      stopHearing();
      await Promise.all(under);
    },
  };
}
