import type { Scenario } from './scenario.js';

/** What `npm run faults` plays, in this order. Rates are what two cores bear. */
export const scenarios: readonly (Scenario & { readonly blind?: true })[] = [
  scenario('sqlite', { commands: 1_000, perSecond: 5, trouble: { kills: 20, chatBursts: 20 } }),
  scenario('sqlite-2', { replicas: 2, trouble: { kills: 20 } }),
  scenario('postgres-2', {
    replicas: 2,
    database: 'postgres',
    commands: 1_000,
    perSecond: 5,
    trouble: { kills: 20, chatBursts: 20 },
  }),
  scenario('postgres-3', { replicas: 3, database: 'postgres', commands: 1_000, perSecond: 5, trouble: { kills: 20 } }),
  scenario('postgres-killed', {
    replicas: 2,
    database: 'postgres',
    trouble: { kills: 4, postgresKills: 5 },
  }),
  scenario('paused', { replicas: 3, database: 'postgres', trouble: { pauses: 8 } }),
  scenario('answers', { commands: 100, trouble: {}, answers: { every: true } }),
  scenario('blind', { commands: 40, trouble: { kills: 4 }, answers: { lost: 0.3 }, patienceMs: 15_000, blind: true }),
];

function scenario(
  name: string,
  over: Partial<Scenario> & { readonly blind?: true },
): Scenario & { readonly blind?: true } {
  return {
    name,
    replicas: 1,
    database: 'sqlite',
    commands: 200,
    perSecond: 4,
    trouble: {},
    answers: { lost: 0.08, late: 0.05 },
    ...over,
  };
}
