import { useState, type ReactNode } from 'react';
import type { Outcome, SlackState } from '../../model.js';
import type { Desk } from '../chat/model.js';
import { ChatPane } from '../chat/pane.js';
import type { Theme } from '../theme.js';
import { slackChat } from './chat.js';
import { Modal } from './modal.js';

interface SlackPaneProps {
  readonly slack: SlackState;
  readonly theme: Theme;
  readonly desk: Desk;
  readonly onDesk: (change: Partial<Desk>) => void;
}

export function SlackPane({ slack, theme, desk, onDesk }: SlackPaneProps): ReactNode {
  const [problem, setProblem] = useState<string>();
  const onOutcome = (outcome: Outcome): void => {
    setProblem(outcome.problem);
  };
  const open = slack.views.findLast(({ user }) => user === desk.person);
  return (
    <ChatPane
      chat={slackChat({ slack, desk, theme, onOutcome })}
      desk={desk}
      onDesk={onDesk}
      problem={problem}
      onOutcome={onOutcome}
      form={open && <Modal key={open.view.id} open={open} slack={slack} theme={theme} onOutcome={onOutcome} />}
    />
  );
}
