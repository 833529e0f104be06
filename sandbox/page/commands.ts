/** A command that a composer offers when somebody types its first letters. */
export interface Offer {
  /** What it puts into the composer. */
  readonly insert: string;
  readonly hint: string;
}

/** The slash commands that the manifest declares to Slack. */
export const slackCommands: readonly Offer[] = [
  { insert: '/restrict ', hint: '<device> <comment>' },
  { insert: '/release ', hint: '<device> <comment>' },
  { insert: '/cordon ', hint: 'status, list, history, help, …' },
];

/** The message shortcut that the manifest declares to Slack. */
export const slackShortcut = { callbackId: 'cordon_restrict', name: 'Restrict app execution' } as const;

/** Commands of Cordon that Teams offers after a `/`; the same words do after a mention. */
export const teamsCommands: readonly Offer[] = [
  { insert: '/restrict ', hint: '<device> <comment>' },
  { insert: '/release ', hint: '<device> <comment>' },
  { insert: '/status ', hint: '[device or request]' },
  { insert: '/list', hint: 'requests that are open' },
  { insert: '/help', hint: 'what you can ask for' },
];
