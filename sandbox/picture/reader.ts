import type { Workspace } from '../slack/workspace.js';
import type { Reader } from './blocks.js';

/** The client of somebody in this workspace and time zone, looking at it `now` (Unix ms). */
export function readerIn(workspace: Workspace, timeZone: string, now: number): Reader {
  const day = new Intl.DateTimeFormat('en-US', { timeZone, month: 'short', day: 'numeric' });
  const time = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit' });
  const dayMs = 86_400_000;
  const near = new Map([
    [day.format(now + dayMs), 'tomorrow'],
    [day.format(now - dayMs), 'yesterday'],
    [day.format(now), 'today'],
  ]);
  const pieces: Readonly<Record<string, (at: number) => string>> = {
    '{date_short_pretty}': (at) =>
      (Math.abs(at - now) < 3 * dayMs ? near.get(day.format(at)) : undefined) ?? day.format(at),
    '{time}': (at) => time.format(at),
  };
  return {
    user: (id) => workspace.user(id).name,
    channel: (id) => {
      const channel = workspace.findChannel(id);
      if (channel === undefined) throw new Error(`There is no channel ${id}.`);
      return channel.name;
    },
    date: (timestamp, format) =>
      format.replaceAll(/\{\w+\}/g, (token) => {
        const piece = pieces[token];
        if (piece === undefined) throw new Error(`The picture cannot show the date format ${token}.`);
        return piece(timestamp * 1_000);
      }),
  };
}
