import type { ReactNode } from 'react';
import type { StandInAction } from '../../../defender/actions.js';
import { useFlash } from '../kit/flash.js';
import { Time } from '../kit/time.js';

const kinds: Readonly<Record<StandInAction['status'], string>> = {
  Pending: 'pending',
  InProgress: 'pending',
  Succeeded: 'done',
  Failed: 'restricted',
  TimeOut: 'restricted',
  Cancelled: 'free',
};
const words: Readonly<Record<StandInAction['status'], string>> = {
  Pending: 'Pending',
  InProgress: 'In progress',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  TimeOut: 'Timed out',
  Cancelled: 'Cancelled',
};

/** Machine actions, newest first. */
export function Actions({ actions }: { readonly actions: readonly StandInAction[] }): ReactNode {
  return (
    <section aria-labelledby="actions">
      <h3 id="actions">Machine actions</h3>
      {actions.length === 0 ? (
        <p className="none">None yet. The first approved request makes one.</p>
      ) : (
        <ol className="machine-actions">
          {actions.map((action) => (
            <ActionRow key={action.id} action={action} />
          ))}
        </ol>
      )}
    </section>
  );
}

function ActionRow({ action }: { readonly action: StandInAction }): ReactNode {
  const { type, status, computerDnsName, requestorComment, creationDateTimeUtc, lastUpdateDateTimeUtc } = action;
  const created = Date.parse(creationDateTimeUtc);
  const element = useFlash<HTMLLIElement>(status, created);
  return (
    <li ref={element} data-testid="machine-action" data-status={status}>
      <b>{type}</b>
      <span className={`pill ${kinds[status]}`}>{words[status]}</span>
      <p className="facts">{computerDnsName}</p>
      <p className="times">
        <Time seconds at={created} />
        {lastUpdateDateTimeUtc !== creationDateTimeUtc && (
          <>
            {' → '}
            <Time seconds at={Date.parse(lastUpdateDateTimeUtc)} />
          </>
        )}
      </p>
      <p className="comment" title={requestorComment}>
        {requestorComment}
      </p>
    </li>
  );
}
