import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { people, sandboxPolicy, teamsIds } from '../../../sandbox/cast.js';
import type { Operation } from '../../../src/defender/defender.js';
import { type Illness, Practice } from './practice.js';

type Cause = (practice: Practice) => () => void;

interface Case {
  readonly what: string;
  readonly illness?: Illness;
  /** Makes it so; returns what makes it well again. */
  readonly cause?: Cause;
  /** Id and status of all that is not well, in their order. */
  readonly complains: readonly string[];
  readonly says: readonly RegExp[];
  readonly skips?: readonly string[];
}

const nowhere = 'http://127.0.0.1:9';
const guid = '11111111-2222-4333-8444-555555555555';
const user = (id: string) => people.find((each) => each.id === id)!;
const writes = ['defender.restrict', 'defender.release', 'defender.cancel'];
const reads = ['defender.machines', 'defender.actions'];
const all = (ids: readonly string[], status: string): string[] => ids.map((id) => `${id} ${status}`);

/** The policy file with a change, beside the sandbox's own. */
function policy(change: (text: string) => string): Required<Pick<Case, 'illness' | 'cause'>> {
  const settings: Record<string, string> = {};
  return {
    illness: { settings },
    cause: ({ sandbox }) => {
      const path = join(dirname(sandbox.settings['CORDON_POLICY']!), 'broken.yaml');
      writeFileSync(path, change(sandboxPolicy));
      settings['CORDON_POLICY'] = path;
      return () => {
        rmSync(path);
      };
    },
  };
}

function roles(...granted: string[]): Cause {
  return ({ sandbox: { entra } }) => {
    entra.setRoles(granted);
    return () => {
      entra.setRoles(['Machine.Read.All', 'Machine.RestrictExecution']);
    };
  };
}

function slackUser(id: string, over: object): Cause {
  return ({ sandbox: { slack } }) => {
    slack.putUser({ ...user(id), ...over });
    return () => {
      slack.putUser(user(id));
    };
  };
}

function slackChannel(over: object): Cause {
  return ({ sandbox: { slack } }) => {
    const channel = slack.workspace.findChannel('C0APPROVE')!;
    slack.putChannel({ ...channel, ...over });
    return () => {
      slack.putChannel(channel);
    };
  };
}

function scopes(without: readonly string[], token = 'xoxb-sandbox'): Cause {
  return ({ tokens }) => {
    const before = tokens[token] ?? [];
    tokens[token] = before.filter((scope) => !without.includes(scope));
    return () => {
      tokens[token] = before;
    };
  };
}

function refusing(operation: Operation, kind: '429' | '500' | 'html'): Cause {
  return ({ sandbox: { defender } }) => {
    defender.fault({ operation, kind, times: 5 });
    return () => {
      defender.clearFaults();
    };
  };
}

const graphGroup = policy((text) =>
  text.replace('    - slack:T0HOME:U0BOB\n', `    - entra-group:8c7e2d1a-1111-4222-8333-444455556666:${guid}\n`),
);

const cases: readonly Case[] = [
  {
    what: 'a setting of a group is missing',
    illness: { settings: { SLACK_SIGNING_SECRET: '', AZURE_CLIENT_SECRET: '' } },
    complains: ['settings failed', 'settings failed'],
    says: [/SLACK_SIGNING_SECRET is missing/, /AZURE_CLIENT_SECRET is missing.*docs\/configuration\.md/],
  },
  {
    what: 'there is no policy',
    illness: { settings: { CORDON_POLICY: '/nowhere/policy.yaml' } },
    complains: ['policy.file failed'],
    says: [/\/nowhere\/policy\.yaml cannot be read.*→ Copy policy\.example\.yaml there/],
    skips: ['policy.people', 'policy.approvers', 'slack.channels', 'teams.channels'],
  },
  {
    what: 'the policy has a mistake',
    ...policy((text) => text.replace('approvers: [soc-leads]', 'approvers: [soc-laeds]')),
    complains: ['policy.file failed'],
    says: [/broken\.yaml:\d+:\d+ rules\[0\]\.approvers.*soc-laeds/s, /cordon policy check/],
  },
  {
    what: 'a group is used by nothing',
    ...policy((text) => text.replace('rules:', '  idle: [slack:T0HOME:U0ALICE]\nrules:')),
    complains: ['policy.warnings warning'],
    says: [/Nothing in the file uses the group idle/],
  },
  {
    what: 'somebody of the policy is deactivated',
    cause: slackUser('U0BOB', { deleted: true }),
    complains: ['policy.people warning'],
    says: [
      /bob \(slack:T0HOME:U0BOB, in soc, soc-leads\) is deactivated and can neither ask nor approve/i,
      /Take slack:T0HOME:U0BOB out/,
    ],
  },
  {
    what: 'somebody of the policy is a guest',
    cause: slackUser('U0BOB', { is_restricted: true }),
    complains: ['policy.people warning'],
    says: [/is a guest and can neither/],
  },
  {
    what: 'somebody of the policy is a bot',
    cause: slackUser('U0BOB', { is_bot: true }),
    complains: ['policy.people warning'],
    says: [/is a bot and can neither/],
  },
  {
    what: 'somebody of the policy does not exist',
    ...policy((text) => text.replace('    - slack:T0HOME:U0BOB\n', '    - slack:T0HOME:U0NOBODY\n')),
    complains: ['policy.people failed'],
    says: [/Slack knows nobody slack:T0HOME:U0NOBODY \(in soc\)/, /Look the id up in Slack/],
  },
  {
    what: 'somebody of Teams never wrote to Cordon and is in no channel of the policy',
    ...policy((text) =>
      text.replace('    - slack:T0HOME:U0BOB\n', `    - entra:8c7e2d1a-1111-4222-8333-444455556666:${guid}\n`),
    ),
    complains: ['policy.people warning'],
    says: [
      /could not be looked up \(entra:8c7e2d1a-1111-4222-8333-444455556666:11111111[0-9a-f-]* in soc\):.*once they have written to Cordon/,
    ],
  },
  {
    what: 'somebody of Teams is of a tenant that may not speak to Cordon',
    ...policy((text) => text.replace('    - slack:T0HOME:U0BOB\n', `    - entra:${guid}:${guid}\n`)),
    complains: ['policy.people warning'],
    says: [/\(entra:11111111.*, in soc\) belongs to another organisation.*MicrosoftAppTenantId.*CORDON_TEAMS_TENANTS/],
  },
  {
    what: 'somebody of Slack is of another workspace',
    ...policy((text) => text.replace('    - slack:T0HOME:U0BOB\n', '    - slack:T0OTHER:U0BOB\n')),
    complains: ['policy.people warning'],
    says: [/\(slack:T0OTHER:U0BOB, in soc\) belongs to another organisation.*team id.*see slack\.token/],
  },
  {
    what: 'nobody who could approve is active',
    ...policy(
      () => `version: 1
groups:
  soc: [slack:T0HOME:U0ALICE]
  leads: [slack:T0HOME:U0BOB]
rules:
  - {name: leads approve, actions: [restrict, release], requesters: [soc], approvers: [leads], expires: 60m}
strict: {servers: 0, domain-controllers: {approvals: 0}}
`,
    ),
    complains: ['policy.people warning', 'policy.approvers failed'],
    says: [/Nobody can approve under rule “leads approve”/, /Name people in .* who are there and active/],
  },
  {
    what: 'a user group of the policy is not there',
    ...policy((text) => text.replace('    - slack:T0HOME:U0BOB\n', '    - slack-group:T0HOME:S0GONE\n')),
    complains: ['policy.groups failed'],
    says: [/the Slack user group S0GONE \(in soc\) cannot be told: Slack has no user group S0GONE/],
  },
  {
    what: 'a group of the policy is not in Entra',
    ...graphGroup,
    complains: ['policy.groups failed'],
    says: [/Entra has no group 11111111.*Put the group’s id right/],
  },
  {
    what: 'Graph does not let Cordon read a group of the policy',
    ...graphGroup,
    cause: (practice) => {
      const remove = graphGroup.cause(practice);
      practice.sandbox.graph.putGroup(guid, [{ id: guid, type: 'user' }]);
      practice.sandbox.graph.setPermissions([]);
      return () => {
        remove();
        practice.sandbox.graph.setPermissions(['GroupMember.Read.All', 'User.Read.All']);
      };
    },
    complains: ['policy.groups failed'],
    says: [
      /does not let Cordon read it.*Microsoft Graph > Application permissions > GroupMember\.Read\.All, User\.Read\.All/,
    ],
  },
  {
    what: 'Slack does not know the bot token',
    illness: { settings: { SLACK_BOT_TOKEN: 'xoxb-other-secret' } },
    complains: ['slack.token failed'],
    says: [/Slack does not take the bot token \(invalid_auth\).*Set SLACK_BOT_TOKEN to the Bot User OAuth Token/],
    skips: ['slack.scopes', 'slack.channels'],
  },
  {
    what: 'Slack is not reached',
    illness: { settings: { SLACK_API_URL: nowhere } },
    complains: ['slack.token failed'],
    says: [/Slack cannot be asked at 127\.0\.0\.1:9: nothing listens there.*SLACK_API_URL/],
  },
  ...['app_mentions:read', 'chat:write', 'commands', 'im:history', 'im:write'].map((scope): Case => ({
    what: `the bot token lacks ${scope}`,
    cause: scopes([scope]),
    complains: ['slack.scopes failed'],
    says: [new RegExp(`It lacks ${scope} \\(for .*OAuth & Permissions add ${scope}`)],
  })),
  {
    what: 'the token may not look at channels, which Cordon does not need',
    cause: scopes(['channels:read', 'groups:read']),
    complains: [],
    says: [],
    skips: ['slack.channels'],
  },
  {
    what: 'the signing secret is something else',
    illness: { settings: { SLACK_SIGNING_SECRET: 'VerificationTokenInstead' } },
    complains: ['slack.signing-secret failed'],
    says: [/it has 24 characters, and Slack’s are 32.*Basic Information/],
  },
  {
    what: 'the app token is not known',
    illness: { settings: { SLACK_APP_TOKEN: 'xapp-other-secret' } },
    complains: ['slack.socket failed'],
    says: [/opens no socket for the app token \(invalid_auth\).*App-Level Tokens/],
  },
  {
    what: 'the app token lacks connections:write',
    illness: { settings: { SLACK_APP_TOKEN: 'xapp-sandbox' } },
    cause: scopes(['connections:write'], 'xapp-sandbox'),
    complains: ['slack.socket failed'],
    says: [/lacks the scope connections:write.*SLACK_APP_TOKEN/],
  },
  {
    what: 'Cordon is not in the approvals channel',
    cause: slackChannel({ members: ['U0BOB'] }),
    complains: ['slack.channels failed'],
    says: [/Cordon is not in #soc-approvals \(C0APPROVE\), where rule “one lead approves” announces.*\/invite @cordon/],
  },
  {
    what: 'the approvals channel is private and Cordon not in it',
    cause: slackChannel({ members: ['U0BOB'], is_private: true }),
    complains: ['slack.channels failed'],
    says: [/no channel C0APPROVE, or it is private.*id right under rule “one lead approves”/],
  },
  {
    what: 'the approvals channel is archived',
    cause: slackChannel({ is_archived: true }),
    complains: ['slack.channels failed'],
    says: [/#soc-approvals \(C0APPROVE\) is archived.*another channel under rule “one lead approves”/],
  },
  {
    what: 'the bot’s secret is wrong',
    illness: { settings: { MicrosoftAppPassword: 'wrong-bot-secret' } },
    complains: ['teams.token failed'],
    says: [/AADSTS7000215.*MicrosoftAppPassword/],
    skips: ['teams.channels'],
  },
  {
    what: 'Teams’ keys are of another issuer',
    illness: { settings: { ToBotFromChannelTokenIssuer: 'https://issuer.example' } },
    complains: ['teams.keys failed'],
    says: [
      /is of the issuer http.*and Cordon takes the tokens of https:\/\/issuer\.example alone.*ToBotFromChannelTokenIssuer/,
    ],
  },
  {
    what: 'Teams’ keys are not reached',
    illness: { settings: { ToBotFromChannelOpenIdMetadataUrl: `${nowhere}/v1/.well-known/openidconfiguration` } },
    complains: ['teams.keys failed'],
    says: [/cannot be read/],
  },
  {
    what: 'Cordon is not installed in the team of the approvals channel',
    cause: ({ sandbox }) => {
      const conversation = sandbox
        .teams()
        .conversations()
        .find(({ id }) => id === teamsIds.approvals)!;
      sandbox.teams().putConversation({ ...conversation, installed: false });
      return () => {
        sandbox.teams().putConversation(conversation);
      };
    },
    complains: ['policy.people warning', 'teams.channels failed'],
    says: [
      /not installed in the team of 19:b8d1.*, where rule “one lead approves” announces.*Apps > Cordon > Add to a team/,
    ],
  },
  {
    what: 'Teams knows no such channel',
    ...policy((text) => text.replace(teamsIds.approvals, '19:gone@thread.tacv2')),
    complains: ['policy.people warning', 'teams.channels failed'],
    says: [/Teams knows no conversation 19:gone@thread\.tacv2.*id right under rule “one lead approves”/],
  },
  {
    what: 'Entra does not know the tenant',
    illness: { settings: { AZURE_TENANT_ID: guid } },
    complains: ['entra.authority failed', 'entra.token failed'],
    says: [/does not know the tenant 11111111.*AZURE_TENANT_ID/, /Entra gave Cordon no token/],
    skips: ['entra.roles', ...reads, ...writes],
  },
  {
    what: 'the client secret is wrong',
    illness: { settings: { AZURE_CLIENT_SECRET: 'wrong-client-secret' } },
    complains: ['entra.token failed'],
    says: [/AADSTS7000215.*AZURE_CLIENT_SECRET/],
    skips: ['entra.roles', ...reads, ...writes],
  },
  {
    what: 'Entra is not reached',
    illness: { settings: { AZURE_AUTHORITY_HOST: 'https://127.0.0.1:9' } },
    complains: ['entra.authority failed', 'entra.token failed'],
    says: [/127\.0\.0\.1:9 cannot be reached.*AZURE_AUTHORITY_HOST/],
  },
  {
    what: 'the permission to restrict is missing',
    cause: roles('Machine.Read.All'),
    complains: ['entra.roles failed', ...all(writes, 'failed')],
    says: [
      /lacks the application permission Machine\.RestrictExecution; it has Machine\.Read\.All.*Grant admin consent/,
      /does not let Cordon restrict app execution \(403\).*entra\.roles.*Machine\.RestrictExecution.*managed identity/,
    ],
  },
  {
    what: 'the permission to read is missing',
    cause: roles('Machine.RestrictExecution'),
    complains: ['entra.roles failed', ...all(reads, 'failed')],
    says: [/lacks the application permission Machine\.Read\.All/, /\(403\).*Machine\.Read\.All/],
  },
  {
    what: 'the app may do more than it needs',
    cause: roles('Machine.Read.All', 'Machine.RestrictExecution', 'Machine.Isolate'),
    complains: ['entra.roles warning'],
    says: [/more than Cordon ever uses: Machine\.Isolate/],
  },
  {
    what: 'Defender is not reached',
    illness: { settings: { DEFENDER_API_URL: nowhere } },
    complains: all([...reads, ...writes], 'failed'),
    says: [/Defender cannot be reached at http:\/\/127\.0\.0\.1:9: nothing listens there.*DEFENDER_API_URL/],
  },
  {
    what: 'a gateway answers in place of Defender',
    cause: refusing('restrictCodeExecution', 'html'),
    complains: ['defender.restrict failed'],
    says: [/Defender, or a gateway in front of it at http:\/\/127.*\(502\).*in some minutes/],
  },
  {
    what: 'the tenant is named by a domain',
    illness: { settings: { AZURE_TENANT_ID: 'contoso.onmicrosoft.com' } },
    complains: ['settings failed'],
    says: [/AZURE_TENANT_ID has to be the id of the tenant.*no domain.*Directory \(tenant\) ID/],
  },
  {
    what: 'Defender says 429',
    cause: refusing('restrictCodeExecution', '429'),
    complains: ['defender.restrict warning'],
    says: [/takes no more calls of this kind for now \(429\)/],
  },
  {
    what: 'Defender is broken',
    cause: refusing('unrestrictCodeExecution', '500'),
    complains: ['defender.release failed'],
    says: [/an error of its own \(500\).*ask Microsoft about the correlation id [0-9a-f-]{36}/],
  },
  {
    what: 'the clock of this machine is two minutes ahead',
    illness: { ahead: 120_000 },
    complains: ['clock.host warning'],
    says: [/2 minutes ahead of .*(?:Slack|Entra|Defender).*by NTP/],
  },
  {
    what: 'the clock of this machine is ten minutes behind',
    illness: { ahead: -600_000 },
    complains: ['clock.host failed'],
    says: [/10 minutes behind .*signatures and Entra’s tokens are refused/],
  },
  {
    what: 'the database is not there yet',
    illness: { settings: { DATABASE_URL: 'sqlite:/nowhere/cordon.db' } },
    complains: [],
    says: [],
    skips: [
      'store.reach',
      'store.migrations',
      'store.write',
      'store.integrity',
      'store.record',
      'store.space',
      'store.quota',
    ],
  },
  {
    what: 'the database is on a server that does not answer',
    illness: { settings: { DATABASE_URL: 'postgres://cordon:pg-password-canary@127.0.0.1:9/cordon' } },
    complains: ['store.reach failed'],
    says: [/cannot be opened.*127\.0\.0\.1:9\/cordon.*DATABASE_URL/],
  },
  {
    what: 'the database file is something else',
    ...file('other.db', (path) => {
      writeFileSync(path, 'x'.repeat(8_192));
    }),
    complains: ['store.reach failed'],
    says: [/not a database.*Restore it from a backup/],
  },
  {
    what: 'the audit key is another one',
    ...file(
      'other.pem',
      (path, practice) => {
        copyFileSync(practice.sandbox.settings['CORDON_AUDIT_KEY']!, path);
        appendFileSync(path, 'spoilt');
        writeFileSync(path, '-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n');
      },
      'CORDON_AUDIT_KEY',
    ),
    complains: ['store.record failed'],
    says: [/other\.pem.*CORDON_AUDIT_KEY/],
  },
  {
    what: 'the audit key is missing',
    illness: { settings: { CORDON_AUDIT_KEY: '/nowhere/audit-key.pem' } },
    complains: ['store.record failed'],
    says: [
      /audit key \/nowhere\/audit-key\.pem is missing.*from a backup or from another replica.*npx cordon audit key/,
    ],
  },
  {
    what: 'Cordon is not where it is said to be',
    illness: { args: ['--url', nowhere] },
    complains: ['endpoint.live failed'],
    says: [/127\.0\.0\.1:9\/healthz cannot be reached.*proxy in front of Cordon/],
    skips: ['endpoint.ready'],
  },
];

function file(
  name: string,
  make: (path: string, practice: Practice) => void,
  setting = 'DATABASE_URL',
): Required<Pick<Case, 'illness' | 'cause'>> {
  const settings: Record<string, string> = {};
  return {
    illness: { settings },
    cause: (practice) => {
      const path = join(dirname(practice.sandbox.settings['CORDON_POLICY']!), name);
      make(path, practice);
      settings[setting] = setting === 'DATABASE_URL' ? `sqlite:${path}` : path;
      return () => {
        rmSync(path);
      };
    },
  };
}

describe('cordon doctor, with one thing broken at a time', function () {
  this.timeout(90_000);
  let practice: Practice;
  before(async () => {
    practice = await Practice.open();
  });
  after(() => practice.close());

  for (const { what, illness, cause, complains, says, skips = [] } of cases) {
    it(`says what and what to do where ${what}`, async () => {
      const cure = cause?.(practice);
      // Needs Bob away as well as a policy of its own.
      const alone = /nobody who could approve/.test(what) ? slackUser('U0BOB', { deleted: true })(practice) : undefined;
      try {
        const visit = await practice.visit(illness);
        const found = visit.report.findings.filter(({ status }) => status === 'failed' || status === 'warning');
        assert.deepEqual(
          found.map(({ id, status }) => `${id} ${status}`),
          complains,
          visit.complaints,
        );
        if (process.env['SAY'] === '1') process.stdout.write(`${visit.complaints}\n`);
        for (const words of says) assert.match(visit.complaints.replaceAll('\n', ' '), words);
        for (const id of skips)
          assert.deepEqual(
            visit.of(id).map(({ status }) => status),
            ['skipped'],
            id,
          );
        assert.equal(visit.code, complains.some((line) => line.endsWith('failed')) ? 1 : 0);
        assert.ok(
          found.every(({ next }) => next !== undefined && next !== ''),
          'each says what to do next',
        );
      } finally {
        cure?.();
        alone?.();
      }
    });
  }

  it('is well again afterwards', async () => {
    const visit = await practice.visit();
    assert.equal(visit.complaints, '');
    assert.equal(visit.code, 0);
  });

  it('never says a secret, whatever is broken', () => {
    const { SLACK_SIGNING_SECRET: signing, ...rest } = practice.sandbox.settings;
    const secrets = [
      signing,
      rest['SLACK_BOT_TOKEN'],
      rest['AZURE_CLIENT_SECRET'],
      rest['MicrosoftAppPassword'],
      'xoxb-other-secret',
      'xapp-other-secret',
      'wrong-bot-secret',
      'wrong-client-secret',
      'pg-password-canary',
      'VerificationTokenInstead',
      'eyJ',
    ];
    const text = practice.heard.join('\n');
    assert.ok(text.length > 10_000);
    for (const secret of secrets) assert.ok(secret !== undefined && !text.includes(secret), secret);
  });
});
