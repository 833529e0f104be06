import type { ReactNode } from 'react';
import type { PageState } from '../model.js';
import { Icon } from './kit/icons.js';

export const example = '/restrict desktop-5o2hkn5 beacon to 203.0.113.9 after a phishing mail';

interface GuideProps {
  readonly state: PageState;
  readonly onFill: () => void;
  readonly onBeBob: (where: 'slack' | 'teams') => void;
  readonly onClose: () => void;
}

/** The first two minutes: three steps, each ticked off when it has happened. */
export function Guide({ state, onFill, onBeBob, onClose }: GuideProps): ReactNode {
  const { defender } = state;
  const asked = defender.actions.length > 0 || hasButton(state);
  const approved = defender.actions.length > 0;
  const done = defender.actions.some(({ status }) => status === 'Succeeded');
  return (
    <section className="guide" aria-label="First steps">
      <ol>
        <Step number={1} done={asked} title="Ask as Alice in Slack">
          <code>{example.split(' ').slice(0, 2).join(' ')} …</code>
          <button type="button" className="link" onClick={onFill}>
            Fill it in
          </button>
        </Step>
        <Step number={2} done={approved} title="Approve as Bob">
          <button
            type="button"
            className="link"
            onClick={() => {
              onBeBob('teams');
            }}
          >
            Be Bob in Teams
          </button>
          or
          <button
            type="button"
            className="link"
            onClick={() => {
              onBeBob('slack');
            }}
          >
            in Slack
          </button>
        </Step>
        <Step number={3} done={done} title="Watch Defender">
          and both chats tell the same
        </Step>
      </ol>
      <button type="button" className="plain" aria-label="Hide the first steps" onClick={onClose}>
        <Icon name="close" />
      </button>
    </section>
  );
}

interface StepProps {
  readonly number: number;
  readonly done: boolean;
  readonly title: string;
  readonly children: ReactNode;
}

function Step({ number, done, title, children }: StepProps): ReactNode {
  return (
    <li data-done={done}>
      <span className="number" aria-hidden="true">
        {done ? <Icon name="check" /> : number}
      </span>
      <p>
        <b>{title}</b>
        {done && <span className="hidden">, done</span>}
        <span className="more">{children}</span>
      </p>
    </li>
  );
}

/** Something waits for a decision. */
function hasButton({ slack, teams }: PageState): boolean {
  return (
    slack.messages.some(({ message }) => message.blocks?.some(({ type }) => type === 'actions')) ||
    teams.messages.some(({ activity }) => JSON.stringify(activity).includes('Action.Execute'))
  );
}
