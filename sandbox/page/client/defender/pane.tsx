import { useState, type ReactNode } from 'react';
import type { DefenderState, Outcome } from '../../model.js';
import { Icon } from '../kit/icons.js';
import { Actions } from './actions.js';
import { Devices } from './devices.js';
import { Faults } from './faults.js';
import { Quota } from './quota.js';
import { act } from '../act.js';
import type { DefenderAction } from '../../action.js';

/** Defender for Endpoint: what Cordon did to the devices, and how to make its life harder. */
export function DefenderPane({ defender }: { readonly defender: DefenderState }): ReactNode {
  const [problem, setProblem] = useState<string>();
  const order = (action: DefenderAction): void =>
    void act(action).then((outcome: Outcome) => {
      setProblem(outcome.problem);
    });
  return (
    <>
      <header className="pane-head">
        <h2>Defender</h2>
        <span className="about">for Endpoint, played on this machine</span>
      </header>
      <div className="scroller sections">
        {problem !== undefined && (
          <p className="problem" role="alert">
            <Icon name="close" /> {problem}
          </p>
        )}
        <Devices machines={defender.machines} onOrder={order} />
        <Actions actions={defender.actions} />
        <Quota quota={defender.quota} />
        <Faults faults={defender.faults} slow={defender.slow} onOrder={order} />
      </div>
    </>
  );
}
