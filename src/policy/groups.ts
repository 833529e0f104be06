/** A group that is kept in Slack or in Entra: `slack-group:<team>:<user group id>` or `entra-group:<tenant id>:<object id>`. */
export interface GroupRef {
  readonly kind: 'slack-group' | 'entra-group';
  /** Slack: the workspace (`T…`). Entra: the tenant id, in lower case. */
  readonly tenant: string;
  readonly id: string;
}

/** Who is in a group now. Implemented by whoever can ask: the Slack adapter, and the client for Microsoft Graph. */
export interface GroupSource {
  /**
   * Ids in the policy's form (`slack:<team>:<user>`, `entra:<tenant>:<object id>`), complete or not at all. Throws where it cannot be
   * told; the `userText` of a `CordonError` says what to do. The signal ends the question.
   */
  members(ref: GroupRef, signal: AbortSignal): Promise<readonly string[]>;
}

/** As in the policy file; undefined for the id of a person. */
export function groupRefOf(member: string): GroupRef | undefined {
  const [kind, tenant, id] = member.split(':');
  if ((kind !== 'slack-group' && kind !== 'entra-group') || !tenant || !id) return undefined;
  return { kind, tenant, id };
}

export function groupKey({ kind, tenant, id }: GroupRef): string {
  return `${kind}:${tenant}:${id}`;
}

/** `the Slack user group S012AB3CD`, for texts that say what is wrong with it. */
export function groupTitle({ kind, id }: GroupRef): string {
  return kind === 'slack-group' ? `the Slack user group ${id}` : `the Entra group ${id}`;
}
