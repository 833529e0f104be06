/**
 * The one error shape of Cordon. `code` is stable and may be relied on; `message` is for the log;
 * `userText` is what a person in the chat may read, and says what to do next. An error without a
 * `userText` is never shown as it is.
 */
export class CordonError extends Error {
  readonly code: string;
  readonly userText: string | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; userText?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.userText = options.userText;
  }
}

/** The text of whatever was thrown, for logs and audit details. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
