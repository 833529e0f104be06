/** The text of an issue: `missing` where nothing was written, else what to write. */
export const write = (what: string) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? `missing; write ${what}` : `write ${what}`),
});
