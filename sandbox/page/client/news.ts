import { useEffect, useState } from 'react';
import type { PageState } from '../model.js';

/** The panes that changed since they were last shown. */
export function useNewsOf(state: PageState, shown: 'slack' | 'teams' | 'defender'): Set<string> {
  const now: Readonly<Record<string, string>> = {
    slack: JSON.stringify(state.slack.messages),
    teams: JSON.stringify(state.teams.messages),
    defender: JSON.stringify(state.defender.actions),
  };
  const [read, setRead] = useState(now);
  const current = now[shown] ?? '';
  useEffect(() => {
    setRead((before) => ({ ...before, [shown]: current }));
  }, [shown, current]);
  return new Set(Object.keys(now).filter((pane) => pane !== shown && now[pane] !== read[pane]));
}
