import { useState, type ReactNode } from 'react';
import type { PageState } from '../model.js';
import { DefenderPane } from './defender/pane.js';
import { example, Guide } from './guide.js';
import { aliceInSlack, bobInSlack, bobInTeams, useDesk } from './desk.js';
import { useKept } from './kept.js';
import { Tabs, tabId } from './kit/tabs.js';
import { useLive } from './live.js';
import { useMedia } from './media.js';
import { SlackPane } from './slack/pane.js';
import { TeamsPane } from './teams/pane.js';
import { useTheme, type Theme } from './theme.js';
import { Top } from './top.js';
import { useNewsOf } from './news.js';

const panes = ['slack', 'teams', 'defender'] as const;
type Pane = (typeof panes)[number];
const names: Readonly<Record<Pane, string>> = { slack: 'Slack', teams: 'Teams', defender: 'Defender' };
const panelOf = (pane: string): string => `pane-${pane}`;

export function App(): ReactNode {
  const { state, connected } = useLive();
  const [theme, toggleTheme] = useTheme();
  const [guide, setGuide] = useKept('cordon.guide', 'shown');
  const show = (next: boolean) => () => {
    setGuide(next ? 'shown' : 'hidden');
  };
  return (
    <>
      <Top
        health={state?.cordon ?? 'unknown'}
        connected={connected}
        theme={theme}
        onTheme={toggleTheme}
        onGuide={guide === 'hidden' ? show(true) : undefined}
      />
      {state === undefined ? (
        <p className="waiting">{connected ? 'Looking at the sandbox…' : 'The sandbox does not answer.'}</p>
      ) : (
        <Desktop state={state} theme={theme} onHideGuide={guide === 'shown' ? show(false) : undefined} />
      )}
    </>
  );
}

interface DesktopProps {
  readonly state: PageState;
  readonly theme: Theme;
  readonly onHideGuide: (() => void) | undefined;
}

/** Three panes, or one at a time with tabs where there is no room. */
function Desktop({ state, theme, onHideGuide }: DesktopProps): ReactNode {
  const narrow = useMedia('(max-width: 1023px)');
  const [shown, setShown] = useState<Pane>('slack');
  const [slackDesk, changeSlackDesk] = useDesk(aliceInSlack(state));
  const [teamsDesk, changeTeamsDesk] = useDesk(bobInTeams(state));
  const news = useNewsOf(state, shown);
  const about = (pane: Pane): Record<string, unknown> => ({
    'data-pane': pane,
    className: 'pane',
    ...(narrow
      ? { role: 'tabpanel', id: panelOf(pane), 'aria-labelledby': tabId(panelOf(pane), pane), hidden: pane !== shown }
      : { 'aria-label': names[pane] }),
  });

  return (
    <>
      {onHideGuide !== undefined && (
        <Guide
          state={state}
          onClose={onHideGuide}
          onFill={() => {
            setShown('slack');
            changeSlackDesk({ ...aliceInSlack(state), draft: example });
            // Only after React has put the pane and its text there.
            setTimeout(() => document.querySelector<HTMLElement>('[data-pane="slack"] .composer textarea')?.focus());
          }}
          onBeBob={(where) => {
            setShown(where);
            if (where === 'teams') changeTeamsDesk(bobInTeams(state));
            else changeSlackDesk(bobInSlack(state));
          }}
        />
      )}
      {narrow && (
        <div className="pane-tabs">
          <Tabs
            label="Panes"
            panelOf={panelOf}
            selected={shown}
            tabs={panes.map((id) => ({ id, label: names[id], news: news.has(id) }))}
            onSelect={(id) => {
              setShown(panes.find((each) => each === id) ?? 'slack');
            }}
          />
        </div>
      )}
      <main className="panes">
        <section {...about('slack')}>
          <SlackPane slack={state.slack} theme={theme} desk={slackDesk} onDesk={changeSlackDesk} />
        </section>
        <section {...about('teams')}>
          <TeamsPane teams={state.teams} desk={teamsDesk} onDesk={changeTeamsDesk} />
        </section>
        <section {...about('defender')}>
          <DefenderPane defender={state.defender} />
        </section>
      </main>
    </>
  );
}
