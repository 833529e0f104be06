import { useState, type ReactNode } from 'react';
import type { Outcome, TeamsState } from '../../model.js';
import { act } from '../act.js';
import type { Desk } from '../chat/model.js';
import { ChatPane } from '../chat/pane.js';
import { teamsChat, withoutCordon, type Answers } from './chat.js';

interface TeamsPaneProps {
  readonly teams: TeamsState;
  readonly desk: Desk;
  readonly onDesk: (change: Partial<Desk>) => void;
}

export function TeamsPane({ teams, desk, onDesk }: TeamsPaneProps): ReactNode {
  const [problem, setProblem] = useState<string>();
  const [answers, setAnswers] = useState<Answers>({});
  const onOutcome = (outcome: Outcome): void => {
    setProblem(outcome.problem);
  };
  const { person: user, place: conversation } = desk;
  return (
    <ChatPane
      chat={teamsChat({
        ...{ teams, desk, answers, onOutcome },
        onAnswer: (key, answer) => {
          setAnswers((before) => ({ ...before, [key]: answer }));
        },
      })}
      desk={desk}
      onDesk={onDesk}
      problem={problem}
      onOutcome={onOutcome}
      form={undefined}
      banner={
        withoutCordon(teams, desk) && (
          <p className="banner">
            Cordon is not installed here.
            <button
              type="button"
              className="button"
              onClick={() => void act({ on: 'teams', do: 'install', user, conversation }).then(onOutcome)}
            >
              Add Cordon
            </button>
          </p>
        )
      }
    />
  );
}
