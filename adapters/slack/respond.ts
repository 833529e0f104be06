import { toPlatformError, httpError } from './errors.js';

/** What a `response_url` takes: a message for the one who typed or pressed. */
export interface Answer {
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly thread?: string | undefined;
}

export type Respond = (url: string, answer: Answer) => Promise<void>;

/**
 * Posts to a `response_url`, so that only the person who caused it sees it. Slack closes the URL after 30 minutes or five
 * posts and answers 404 then: a `PlatformError` of kind `refused`.
 */
export function createRespond(fetch: typeof globalThis.fetch, timeoutMs: number): Respond {
  return async (url, { text, blocks, thread }) => {
    const what = 'response_url';
    let status: number;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          response_type: 'ephemeral',
          replace_original: false,
          text,
          ...(blocks === undefined ? {} : { blocks }),
          ...(thread === undefined ? {} : { thread_ts: thread }),
        }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      await response.text();
    } catch (error) {
      throw toPlatformError(error, what);
    }
    if (status < 200 || status > 299) throw httpError(status, `status ${status}`, what);
  };
}
