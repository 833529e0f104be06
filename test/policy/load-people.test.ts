import assert from 'node:assert/strict';
import { parsePolicy } from '../../src/policy/load.js';
import type { PolicyError } from '../../src/policy/policy-error.js';
import { small } from './small.js';

describe('parsePolicy, about people', () => {
  it('reads who is one human on two platforms, with several Slack accounts if need be', () => {
    const { people } = parsePolicy(
      `${small}people:
  match: email
  same:
    - [slack:T0HOME:U1, entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000]
    - [slack:T0OTHER:U1, entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000]
`,
      'policy.yaml',
    );
    assert.deepEqual(people, {
      matchEmail: true,
      same: new Map([
        ['slack:T0HOME:U1', 'entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000'],
        ['slack:T0OTHER:U1', 'entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000'],
      ]),
    });
  });

  it('lists the mistakes about people with their places', () => {
    const text = `${small}people:
  match: name
  sane: []
  same:
    - [slack:T0HOME:U1, entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000]
    - [slack:T0HOME:U1, entra:t:o]
    - [entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000, slack:T0HOME:U2]
    - slack:T0HOME:U3
    - [slack:T0HOME:U4]
`;
    assert.throws(
      () => parsePolicy(text, 'policy.yaml'),
      (thrown: PolicyError) => {
        const lines = thrown.message
          .split('\n')
          .slice(1)
          .map((line) => line.trim());
        assert.deepEqual(lines, [
          'policy.yaml:11:3 people.match: write email, or take the line away: then addresses match nobody',
          'policy.yaml:12:3 people.sane: unknown field; did you mean “same”?',
          'policy.yaml:15:8 people.same[1][0]: slack:T0HOME:U1 stands in another pair already; an account belongs to one person',
          'policy.yaml:15:25 people.same[1][1]: write the Entra account second: entra:<tenant id>:<object id>',
          'policy.yaml:16:8 people.same[2][0]: write the Slack account first, e.g. slack:T012AB3CD:U045EF6GH',
          'policy.yaml:16:89 people.same[2][1]: write the Entra account second: entra:<tenant id>:<object id>',
          'policy.yaml:17:7 people.same[3]: write a pair: [slack:<team>:<user>, entra:<tenant id>:<object id>]',
          'policy.yaml:18:7 people.same[4]: write a pair: [slack:<team>:<user>, entra:<tenant id>:<object id>]',
        ]);
        return true;
      },
    );
  });
});
