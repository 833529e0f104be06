import type { DefenderStandIn } from '../../defender.js';
import type { DefenderAction } from '../action.js';
import type { Outcome } from '../model.js';
import { slowPace } from '../state.js';

/** Orders faults, and moves devices. Nothing here calls Defender's API: only Cordon does. */
export function actInDefender(action: DefenderAction, defender: DefenderStandIn): Outcome {
  switch (action.do) {
    case 'fault':
      switchFault(action, defender);
      break;
    case 'pace':
      defender.setPace(action.slow ? slowPace : {});
      break;
    case 'online':
      defender.setOnline(action.machine, action.online);
      break;
  }
  return {};
}

/** A plan cannot take one fault back, so it is written anew without it. */
function switchFault(
  { kind, operation, armed }: Extract<DefenderAction, { do: 'fault' }>,
  defender: DefenderStandIn,
): void {
  const others = defender.faults().filter((fault) => fault.kind !== kind || fault.operation !== operation);
  defender.clearFaults();
  for (const fault of others) defender.fault(fault);
  if (armed) defender.fault({ kind, operation });
}
