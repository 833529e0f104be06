import type { PlatformName } from '../people/person.js';
import { platformTitle } from '../platform.js';
import type { Policy } from './policy.js';

/** What the policy wants to reach on platforms that are not set up, one sentence a rule. */
export function outOfReach({ rules }: Policy, platforms: ReadonlySet<PlatformName>): string[] {
  return rules.flatMap(({ name, announce }) =>
    announce.channels
      .filter(({ platform }) => !platforms.has(platform))
      .map(
        ({ platform, conversation }) =>
          `Rule “${name}” announces in ${platform}:${conversation}, but ${platformTitle[platform]} is not set up: requesters are told each time.`,
      ),
  );
}
