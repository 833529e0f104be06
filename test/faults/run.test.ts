import assert from 'node:assert/strict';
import { buildBlind } from './run/blind.js';
import { play, type Scenario } from './run/scenario.js';

/** The short form of `npm run faults`. The seed is of the run, so that one that failed can be repeated. */
const seed = Math.floor(Math.random() * 1_000_000);

describe(`real processes under real faults (seed ${seed})`, function () {
  this.timeout(120_000);
  const killed: Scenario = {
    name: 'killed',
    replicas: 1,
    database: 'sqlite',
    commands: 60,
    perSecond: 5,
    trouble: { kills: 6, chatBursts: 3 },
    answers: { lost: 0.08, late: 0.05 },
  };

  const kept = async (scenario: Scenario): Promise<void> => {
    const { verdict } = await play(scenario, seed);
    assert.deepEqual({ wrong: verdict.wrong, missing: verdict.missing }, { wrong: [], missing: [] });
    assert.ok(verdict.commands >= scenario.commands, 'every command was acknowledged');
    assert.ok(verdict.done > scenario.commands / 2, 'the load was a load');
  };

  it('keeps every promise while the process is killed six times and answers are lost', () => kept(killed));

  it('keeps every promise with two replicas on PostgreSQL, which are killed and paused, as is PostgreSQL', () =>
    kept({
      ...killed,
      name: 'replicas',
      replicas: 2,
      database: 'postgres',
      trouble: { kills: 3, pauses: 1, postgresKills: 2 },
    }));

  it('catches a build that sends a lost call again without looking', async () => {
    const blind = await buildBlind();
    try {
      const trouble = { kills: 2 };
      // What it does wrong is seen soon; what it never brings to an end is not waited for.
      const scenario = {
        ...killed,
        commands: 30,
        patienceMs: 10_000,
        main: blind.main,
        trouble,
        answers: { lost: 0.3 },
      };
      const { verdict } = await play(scenario, seed);
      assert.ok(verdict.doubled > 0, 'a judge that passes this one would pass anything');
    } finally {
      await blind.close();
    }
  });
});
