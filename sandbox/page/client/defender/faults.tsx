import { useState, type ReactNode } from 'react';
import type { DefenderAction } from '../../action.js';
import { pageFaults, pageOperations, type FaultState } from '../../model.js';
import { Switch } from '../kit/switch.js';

interface FaultsProps {
  readonly faults: readonly FaultState[];
  readonly slow: boolean;
  readonly onOrder: (action: DefenderAction) => void;
}

const words: Readonly<Record<(typeof pageFaults)[number], readonly [what: string, then: string]>> = {
  '429': ['fails with 429', 'too many calls; Cordon waits as long as it is told'],
  '500': ['fails with 500', 'Defender’s own error; nothing was done'],
  timeout: ['is never answered', 'Cordon has to find out what became of it'],
  'lost answer': ['is carried out, its answer lost', 'Cordon must not send it twice'],
};

/** Switches that make Defender misbehave. One turns itself off when its call has come. */
export function Faults({ faults, slow, onOrder }: FaultsProps): ReactNode {
  const [operation, setOperation] = useState<(typeof pageOperations)[number]>('restrictCodeExecution');
  return (
    <section aria-labelledby="faults">
      <h3 id="faults">Make it go wrong</h3>
      <p className="which">
        <label htmlFor="fault-operation">The next call of</label>
        <select
          id="fault-operation"
          value={operation}
          onChange={({ target }) => {
            const found = pageOperations.find((each) => each === target.value);
            if (found !== undefined) setOperation(found);
          }}
        >
          {pageOperations.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </p>
      <ul className="faults">
        {pageFaults.map((kind) => {
          const [what, then] = words[kind];
          const armed = faults.some((fault) => fault.kind === kind && fault.operation === operation);
          return (
            <li key={kind} data-armed={armed}>
              <Switch
                label={`Next ${operation} call ${what}`}
                on={armed}
                onChange={(next) => {
                  onOrder({ on: 'defender', do: 'fault', kind, operation, armed: next });
                }}
              >
                <span>
                  {what}
                  <small>{then}</small>
                </span>
              </Switch>
            </li>
          );
        })}
        <li data-armed={slow}>
          <Switch
            label="Devices are slow"
            on={slow}
            onChange={(next) => {
              onOrder({ on: 'defender', do: 'pace', slow: next });
            }}
          >
            <span>
              Devices are slow
              <small>the next actions take a minute instead of seconds</small>
            </span>
          </Switch>
        </li>
      </ul>
    </section>
  );
}
