import type { PlatformName } from '../../people/person.js';
import type { Policy } from '../../policy/policy.js';

/** A conversation in which the policy announces. */
export interface Announced {
  readonly id: string;
  /** The rules that do, as the words `rule “restrict”` or `rules “restrict” and “release”`: where its id stands in the file. */
  readonly by: string;
}

/** The conversations of one platform that the policy names, each once, in the file's order. */
export function announcedOn(platform: PlatformName, { rules }: Policy): Announced[] {
  const names = new Map<string, string[]>();
  for (const { name, announce } of rules) {
    for (const channel of announce.channels) {
      if (channel.platform !== platform) continue;
      const by = names.get(channel.conversation) ?? [];
      if (!by.includes(name)) names.set(channel.conversation, [...by, name]);
    }
  }
  return [...names].map(([id, by]) => ({
    id,
    by: `${by.length === 1 ? 'rule' : 'rules'} ${by.map((name) => `“${name}”`).join(' and ')}`,
  }));
}
