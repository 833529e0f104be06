import { AsyncLocalStorage } from 'node:async_hooks';

/** What a piece of work is about: the key of the Incoming, the id of the Request. */
export interface Subject {
  readonly event?: string;
  readonly request?: string;
}

/** A piece of work that somebody may want to follow. Attributes are facts of the system, never what people wrote. */
export interface Work extends Subject {
  readonly name: 'event received' | 'command carried out' | 'dispatch' | 'search' | 'look' | 'delivery';
  readonly attributes?: Attributes;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Brackets work, so that whatever happens inside can be told apart from what goes on beside it. */
export interface Tracer {
  /** Does `task`. What it logs names `work`'s event and Request; an error that it throws is thrown on. */
  run<T>(work: Work, task: () => Promise<T>): Promise<T>;
}

/** `carried` belongs to the tracer that began the work. */
interface Scope extends Subject {
  readonly carried?: unknown;
}

const scopes = new AsyncLocalStorage<Scope | undefined>();

/** What the code that asks works on; for the log, which cannot be handed to everybody anew for each event. */
export function subject(): Subject {
  const { event, request } = scopes.getStore() ?? {};
  return { ...(event === undefined ? {} : { event }), ...(request === undefined ? {} : { request }) };
}

/** What a tracer left for the work that is under way. */
export function carried(): unknown {
  return scopes.getStore()?.carried;
}

/** Does `task` for this subject and for no other, whoever it is that calls. */
export function about<T>({ event, request }: Subject, task: () => T, carry?: unknown): T {
  const scope = {
    ...(event === undefined ? {} : { event }),
    ...(request === undefined ? {} : { request }),
    ...(carry === undefined ? {} : { carried: carry }),
  };
  return scopes.run(scope, task);
}

/** Does `task` for nobody: a loop that was woken by some work does not belong to it. */
export function alone<T>(task: () => T): T {
  return scopes.run(undefined, task);
}

/** Follows nothing: what is logged names its subject all the same. */
export const untraced: Tracer = { run: (work, task) => about(work, task) };
