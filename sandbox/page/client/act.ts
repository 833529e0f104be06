import type { PageAction } from '../action.js';
import type { Outcome } from '../model.js';

/** Asks the sandbox to do what the person did. Never rejects: what went wrong is the outcome's `problem`. */
export async function act(action: PageAction): Promise<Outcome> {
  try {
    const response = await fetch('/act', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(action),
    });
    return (await response.json()) as Outcome;
  } catch {
    return { problem: 'The sandbox does not answer. Is it still running?' };
  }
}
