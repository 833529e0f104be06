import type { ReactNode } from 'react';
import type { DefenderAction } from '../../action.js';
import type { MachineState } from '../../model.js';
import { useFlash } from '../kit/flash.js';
import { Switch } from '../kit/switch.js';

interface DevicesProps {
  readonly machines: readonly MachineState[];
  readonly onOrder: (action: DefenderAction) => void;
}

export function Devices({ machines, onOrder }: DevicesProps): ReactNode {
  return (
    <section aria-labelledby="devices">
      <h3 id="devices">Devices</h3>
      <ul className="devices">
        {machines.map((machine) => (
          <Device key={machine.id} machine={machine} onOrder={onOrder} />
        ))}
      </ul>
    </section>
  );
}

function Device({ machine, onOrder }: { machine: MachineState; onOrder: DevicesProps['onOrder'] }): ReactNode {
  const state = stateOf(machine);
  const element = useFlash<HTMLLIElement>(state.word);
  const name = machine.computerDnsName ?? machine.id;
  const [host = name, ...domain] = name.split('.');
  const online = machine.healthStatus === 'Active';
  const facts = [
    machine.osPlatform,
    machine.lastIpAddress,
    machine.riskScore === 'None' ? null : `${machine.riskScore} risk`,
  ];
  return (
    <li ref={element} className="device" data-testid="device" data-state={state.kind}>
      <div className="name">
        <b>{host}</b>
        <span>{domain.length > 0 ? `.${domain.join('.')}` : ''}</span>
      </div>
      <span className={`pill ${state.kind}`} aria-live="polite" aria-atomic="true">
        <span className="hidden">{host}: </span>
        {state.word}
      </span>
      <p className="facts">{facts.filter((fact) => fact !== null).join(' · ')}</p>
      <Switch
        label={`${host} online`}
        on={online}
        onChange={(next) => {
          onOrder({ on: 'defender', do: 'online', machine: machine.id, online: next });
        }}
      >
        {online ? 'Online' : 'Offline'}
      </Switch>
    </li>
  );
}

function stateOf({ restricted, running }: MachineState): { kind: 'restricted' | 'pending' | 'free'; word: string } {
  if (running !== undefined) return { kind: 'pending', word: running.status === 'Pending' ? 'Pending' : 'In progress' };
  return restricted ? { kind: 'restricted', word: 'Restricted' } : { kind: 'free', word: 'Free' };
}
