/**
 * Everything that the adapter registers with Slack by name. manifests/slack/manifest.yaml declares the same names; a test
 * keeps the two in step.
 */

/** Slash command to the word that it puts before the typed text. `/cordon` takes any command of Cordon as it is. */
export const slashCommands = { '/restrict': 'restrict', '/release': 'release', '/cordon': '' } as const;

/** Event type to the scope that it needs. `message.im` arrives as a `message` with `channel_type` `im`. */
export const botEvents = { app_mention: 'app_mentions:read', 'message.im': 'im:history' } as const;

/** The message shortcut, "…" on any message, the only way into a thread besides a mention. */
export const restrictShortcut = { callbackId: 'cordon_restrict', name: 'Restrict app execution' } as const;

/** `callback_id` of the modals that the adapter opens. */
export const modals = { reason: 'cordon_reason', restrict: 'cordon_restrict_form' } as const;

/** Start of the `action_id` of a button; a number follows, because it has to be unique in a message. */
export const buttonActions = { press: 'cordon:press:', ask: 'cordon:ask:' } as const;

/** Web API methods in use, each with the bot scopes that it needs. Source: the page of each method on docs.slack.dev. */
export const methodScopes = {
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.open': ['im:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
} as const satisfies Record<string, readonly string[]>;

/** What the doctor alone calls. Without these scopes it cannot tell whether Cordon is in a channel; Cordon itself does not need them. */
export const doctorScopes = {
  'conversations.info': ['channels:read', 'groups:read'],
} as const satisfies Record<string, readonly string[]>;

/** Slash commands and shortcuts need one scope together. */
export const commandScope = 'commands';

/** A bot scope, and for what. */
export interface NeededScope {
  readonly scope: string;
  readonly why: string;
}

/**
 * Every bot scope that Cordon needs, by what the policy makes of Slack: `groups` where it names a user group, `emails` where it matches
 * people by address. With `groups` and without `emails` they are the manifest's.
 */
export function neededScopes({
  groups,
  emails,
}: {
  readonly groups: boolean;
  readonly emails: boolean;
}): NeededScope[] {
  const uses: [scope: string, what: string][] = [
    [commandScope, 'slash commands and the message shortcut'],
    ...Object.entries(botEvents).map(([event, scope]): [string, string] => [scope, `the event ${event}`]),
    ...Object.entries(methodScopes).flatMap(([method, scopes]) =>
      scopes.map((scope): [string, string] => [scope, method]),
    ),
    ...(emails ? [['users:read.email', 'people: match: email in the policy'] as [string, string]] : []),
  ];
  const scopes = [...new Set(uses.map(([scope]) => scope))].filter((scope) => groups || scope !== 'usergroups:read');
  return scopes.toSorted().map((scope) => ({
    scope,
    why: `for ${uses.flatMap(([each, what]) => (each === scope ? [what] : [])).join(', ')}`,
  }));
}
