import type { SlackChannel, SlackUser, SlackView } from './model.js';
import type { Workspace } from './workspace.js';

/** A view with the fields that Slack adds to it in answers and payloads. */
export function describeView(view: SlackView, { team, app }: Workspace): SlackView & Record<string, unknown> {
  return {
    ...view,
    team_id: team.id,
    clear_on_close: false,
    external_id: '',
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.botId,
    previous_view_id: null,
    root_view_id: view.id,
    state: { values: {} },
  };
}

/** A channel as `conversations.info` shows it. */
export function describeChannel(channel: SlackChannel, workspace: Workspace): Record<string, unknown> {
  const { id, name, im, is_archived, is_private, is_ext_shared } = channel;
  return {
    id,
    name,
    is_archived,
    is_private,
    is_ext_shared,
    is_shared: is_ext_shared,
    is_channel: im === undefined && !is_private,
    is_group: im === undefined && is_private,
    is_im: im !== undefined,
    is_mpim: false,
    ...(im === undefined ? { is_member: workspace.botIsIn(channel) } : { user: im }),
    context_team_id: workspace.team.id,
  };
}

/** A user as `users.info` shows one; the address only with `users:read.email`. */
export function describeUser(user: SlackUser, { team }: Workspace, withEmail: boolean): Record<string, unknown> {
  const { email, ...shown } = user;
  return {
    ...shown,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_app_user: false,
    ...(user.team_id === team.id ? {} : { is_stranger: true }),
    profile: {
      real_name: user.real_name,
      display_name: user.name,
      team: user.team_id,
      ...(withEmail ? { email } : {}),
    },
  };
}
