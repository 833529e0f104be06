/**
 * The policy in force, which follows its file. Guarantees: a decision sees one whole policy, the old or the new; a file with a
 * mistake, a missing one and one that is still being written change nothing; a change is recorded before it holds. Who may write
 * the file decides who may restrict devices: that is not checked here.
 */
import type { BaseLogger } from 'pino';
import { type AuditEvent, cordon } from '../audit/event.js';
import { messageOf } from '../errors.js';
import { loadPolicy } from './load.js';
import { PolicyError } from './policy-error.js';
import type { Policy } from './policy.js';

export interface PolicyWatchOptions {
  readonly path: string;
  readonly readFile: (path: string) => Promise<string>;
  /** Unix ms. */
  readonly now: () => number;
  /** Appends to the record. */
  readonly record: (events: readonly AuditEvent[]) => Promise<void>;
  /** The latest event with one of these names. */
  readonly lastEvent: (what: readonly string[]) => Promise<AuditEvent | undefined>;
  /** Tells the people who own the policy in force that its file is not taken. */
  readonly tell: (problem: PolicyProblem, inForce: Policy) => Promise<void>;
  /** A new policy is in force. */
  readonly changed?: (policy: Policy) => void;
  readonly logger: Pick<BaseLogger, 'info' | 'error'>;
}

/** Why the file as it is now is not the policy in force. */
export interface PolicyProblem {
  /** `policy_invalid` or `policy_unreadable`. */
  readonly code: string;
  /** The first mistakes, one each, as `policy.yaml:7:5 rules[0].approvers: …`. */
  readonly mistakes: readonly string[];
  /** How many more there are. */
  readonly more: number;
}

export interface PolicyWatch {
  /** Throws `PolicyError` where the file cannot be used: without a policy there is nothing to start with. */
  load(): Promise<void>;
  /** Records what was loaded, unless the record has it as the latest already. */
  noteLoaded(): Promise<void>;
  /** The policy in force. Throws before `load`. */
  policy(): Policy;
  /** Looks at the file; it is taken when two looks in a row see the same, so that nobody's half-written file counts. */
  look(): Promise<void>;
  /** Takes the file as it is now: whoever asks for it says that it is complete. */
  reload(): Promise<void>;
  /** Why the file is not in force, for `/readyz`; empty when it is. */
  reasons(): readonly string[];
}

/** What the file holds, or why it cannot be read; two looks agree when these are equal. */
type Content = { readonly text: string } | { readonly error: PolicyError };

const shownMistakes = 3;

export function createPolicyWatch(options: PolicyWatchOptions): PolicyWatch {
  const { path, now, record, logger } = options;
  let inForce: Policy | undefined;
  /** The content that was judged last, whether it came into force or not. */
  let judged: string | undefined;
  /** What the last look saw, where that was something else. */
  let seen: string | undefined;
  let problem: PolicyProblem | undefined;
  let busy = Promise.resolve();

  const policy = (): Policy => {
    if (inForce === undefined) throw new Error('no policy is loaded');
    return inForce;
  };

  async function read(): Promise<Content> {
    try {
      return { text: await options.readFile(path) };
    } catch (error) {
      // The same text and advice as at start.
      const failed = await loadPolicy(path, () => Promise.reject(error as Error)).catch((thrown: unknown) => thrown);
      return {
        error: failed instanceof PolicyError ? failed : new PolicyError('policy_unreadable', messageOf(failed)),
      };
    }
  }

  /** Throws what the record throws: then nothing has changed, and the next look tries again. */
  async function judge(content: Content): Promise<void> {
    let next: Policy;
    try {
      if ('error' in content) throw content.error;
      next = await loadPolicy(path, () => Promise.resolve(content.text));
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      await reject(error);
      judged = keyOf(content);
      return;
    }
    await accept(next);
    judged = keyOf(content);
  }

  async function accept(next: Policy): Promise<void> {
    const before = policy();
    if (next.revision !== before.revision) {
      await record([event('policy.changed', { from: before.revision, to: next.revision, by: 'file' })]);
    }
    // Names and comments may have changed without a change of the meaning.
    inForce = next;
    if (problem !== undefined || next.revision !== before.revision) {
      logger.info({ policy: next.revision, before: before.revision }, 'the policy file is in force');
      problem = undefined;
      options.changed?.(next);
    }
  }

  async function reject(error: PolicyError): Promise<void> {
    const found = problemOf(error, path);
    const { revision } = policy();
    await record([event('policy.rejected', { ...found, inForce: revision, by: 'file' })]);
    problem = found;
    logger.error(
      { code: error.code, policy: revision },
      `the policy file was not taken, and the policy of before stays in force: ${error.message}`,
    );
    await options.tell(found, policy()).catch((thrown: unknown) => {
      logger.error({ err: thrown }, `the owners of the policy could not be told: ${messageOf(thrown)}`);
    });
  }

  const event = (what: string, detail: Readonly<Record<string, unknown>>): AuditEvent => ({
    at: now(),
    what,
    actor: cordon,
    detail,
  });

  /** One at a time, whoever asks: a signal may come in the midst of a look. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = busy.then(work);
    busy = mine.catch(() => undefined);
    return mine;
  }

  return {
    async load() {
      const content = await read();
      if ('error' in content) throw content.error;
      inForce = await loadPolicy(path, () => Promise.resolve(content.text));
      judged = keyOf(content);
    },
    async noteLoaded() {
      const { revision } = policy();
      const last = await options.lastEvent(['policy.loaded', 'policy.changed']);
      const before = last?.detail?.['to'];
      if (before === revision) return;
      const from = typeof before === 'string' ? { from: before } : {};
      await record([event('policy.loaded', { ...from, to: revision, by: 'file' })]);
    },
    policy,
    look: () =>
      inTurn(async () => {
        const content = await read();
        const key = keyOf(content);
        const agreed = key === seen;
        seen = key === judged ? undefined : key;
        if (key !== judged && agreed) await judge(content);
      }),
    reload: () =>
      inTurn(async () => {
        const content = await read();
        if (keyOf(content) !== judged) await judge(content);
      }),
    reasons: () => (problem === undefined ? [] : [sentence(problem)]),
  };
}

function keyOf(content: Content): string {
  return 'text' in content ? `text ${content.text}` : `error ${content.error.message}`;
}

function problemOf({ code, mistakes, message }: PolicyError, path: string): PolicyProblem {
  // Where the file lies is nobody's business who can read /readyz or a chat.
  const name = path.slice(path.lastIndexOf('/') + 1);
  const lines = mistakes.map(({ line, column, field, text }) => {
    const place = `${name}:${line}:${column}`;
    return `${field === '' ? place : `${place} ${field}`}: ${text}`;
  });
  const all = lines.length === 0 ? [message.replaceAll(path, name)] : lines;
  return { code, mistakes: all.slice(0, shownMistakes), more: Math.max(0, all.length - shownMistakes) };
}

/** One sentence with the first mistakes. */
export function sentence({ mistakes, more }: PolicyProblem): string {
  const rest = more === 0 ? '' : `; and ${more} more`;
  return `The policy file was changed and is not taken, the policy of before stays in force: ${mistakes.join('; ')}${rest}`;
}
