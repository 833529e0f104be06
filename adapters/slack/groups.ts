import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { CordonError } from '../../src/errors.js';
import type { GroupRef, GroupSource } from '../../src/policy/groups.js';
import { toPlatformError } from './errors.js';
import type { Home } from './look-up.js';

const listed = z.object({
  users: z.array(z.string().regex(/^[UW][A-Z0-9]+$/)),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const advice: Readonly<Record<string, (ref: GroupRef) => string>> = {
  slack_no_such_subteam: ({ id }) =>
    `Slack has no user group ${id}, or it is disabled: enable it in Slack, or take it out of the policy.`,
  slack_plan_upgrade_required: () => 'the plan of this workspace has no user groups: list the people in the policy.',
  slack_rate_limited: () => 'Slack is asked too often at the moment. Try again in a minute.',
};

/** Slack's user groups. A disabled one has no members here: Slack keeps its list, but nobody maintains it any more. */
export function createSlackGroups(client: WebClient, home: () => Promise<Home>): GroupSource {
  return {
    async members(ref) {
      const here = await home();
      if (ref.tenant !== here.team && here.enterprise === undefined) {
        throw unusable(`it belongs to the workspace ${ref.tenant}, and Cordon is installed in ${here.team}.`);
      }
      const { enterprise } = here;
      const asked: Promise<unknown> = client.usergroups.users.list({
        usergroup: ref.id,
        include_disabled: false,
        ...(enterprise === undefined ? {} : { team_id: ref.tenant }),
      });
      const answer = await asked.catch((thrown: unknown) => {
        const error = toPlatformError(thrown, 'usergroups.users.list');
        throw unusable(advice[error.code]?.(ref) ?? error.userText, error);
      });
      const read = listed.safeParse(answer);
      if (!read.success) throw unusable('Slack does not answer with a list of people.');
      // A part of the list would deny some of its people without a word.
      if (read.data.response_metadata?.next_cursor)
        throw unusable('Slack lists more people than it answers with at once.');
      return read.data.users.map((user) => `slack:${ref.tenant}:${user}`);
    },
  };
}

function unusable(userText: string | undefined, cause?: CordonError): CordonError {
  return new CordonError(cause?.code ?? 'slack_group', cause?.message ?? userText ?? 'a user group', {
    ...(cause === undefined ? {} : { cause }),
    ...(userText === undefined ? {} : { userText }),
  });
}
