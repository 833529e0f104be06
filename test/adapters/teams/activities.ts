import { readFileSync } from 'node:fs';

export type Activity = Record<string, unknown>;

export const tenant = '8c7e2d1a-1111-4222-8333-444455556666';
export const appId = 'b07b07b0-0000-4000-8000-000000000001';
export const bot = `28:${appId}`;
export const channel = '19:0a1b2c3d4e5f60718293a4b5c6d7e8f9@thread.tacv2';
export const personal = 'a:1pErSoNaLcOnVeRsAtIoNoFaLiCeWiThThEbOt';
export const alice = 'a11ce000-0000-4000-8000-000000000001';
export const bob = 'b0b00000-0000-4000-8000-000000000002';

/** An activity in the shape in which Teams sends it; `over` replaces fields, undefined removes one. */
export function activity(name: string, over: Activity = {}): Activity {
  return { ...(JSON.parse(readFileSync(`test/adapters/teams/payloads/${name}.json`, 'utf8')) as Activity), ...over };
}

/** The same with fields of one inner object replaced. */
export function inside(name: string, field: string, over: Activity): Activity {
  const whole = activity(name);
  return { ...whole, [field]: { ...(whole[field] as Activity), ...over } };
}

/** The press with another `value.action.data`, and more fields beside it if wanted. */
export function press(data: Activity, beside: { action?: Activity; value?: Activity } = {}): Activity {
  const { value } = activity('invoke-execute') as { value: { action: Activity } };
  return activity('invoke-execute', {
    value: { ...value, ...beside.value, action: { ...value.action, ...beside.action, data } },
  });
}
