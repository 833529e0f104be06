import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CordonError } from '../../src/errors.js';
import { defenderRoles, grantScript } from '../../src/defender/grant-script.js';

const principal = '0F5A1C2E-1111-4222-8333-444455556666';

/** Stands where the Azure CLI would be, and writes down how it was called. `there` is the assignment that it finds. */
function runWith(script: string, there: string): { status: number | null; output: string; calls: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-grant-'));
  try {
    const log = join(folder, 'calls');
    const az = `#!/bin/sh
printf '%s\\n' "$*" >> '${log}'
case "$*" in
  *appRoles*) echo role-id ;;
  *'ad sp show'*) echo api-id ;;
  *GET*) echo '${there}' ;;
esac
`;
    writeFileSync(join(folder, 'az'), az);
    chmodSync(join(folder, 'az'), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH ?? ''}` };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' });
    return { status, output: stdout + stderr, calls: readFileSync(log, 'utf8').trim().split('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the script that grants roles to a managed identity', () => {
  it('assigns each role of Defender to the principal, and says so', () => {
    const { status, output, calls } = runWith(grantScript(principal), '');
    assert.equal(status, 0, output);
    assert.equal(output, defenderRoles.map((role) => `${role}: granted\n`).join(''));
    assert.match(calls[0]!, /ad sp show --id fc780465-2017-40d4-a0c5-307022471b92/);
    for (const role of defenderRoles) assert.ok(calls.some((call) => call.includes(`value=='${role}'`)));
    const posts = calls.filter((call) => call.includes('POST'));
    assert.equal(posts.length, 2);
    for (const post of posts) {
      assert.ok(post.includes(`https://graph.microsoft.com/v1.0/servicePrincipals/${principal.toLowerCase()}/`));
      assert.deepEqual(JSON.parse(/\{.*\}/.exec(post)![0]), {
        principalId: principal.toLowerCase(),
        resourceId: 'api-id',
        appRoleId: 'role-id',
      });
    }
  });

  it('leaves alone what is granted already', () => {
    const { output, calls } = runWith(grantScript(principal, ['Machine.Read.All']), 'assignment-id');
    assert.equal(output, 'Machine.Read.All: granted already\n');
    assert.ok(!calls.some((call) => call.includes('POST')));
  });

  it('asks the Graph of the tenant’s cloud', () => {
    const script = grantScript(principal, defenderRoles, { graphUrl: 'https://graph.microsoft.us' });
    assert.ok(script.includes("graph='https://graph.microsoft.us/v1.0'"));
  });

  it('is made of nothing that a shell could take for a command', () => {
    const refused = (thrown: unknown): boolean => thrown instanceof CordonError && thrown.code === 'grant_refused';
    for (const bad of ["'; rm -rf /; '", '', 'cordon']) assert.throws(() => grantScript(bad), refused);
    for (const bad of ['$(id)', 'Machine.Read.All; id', ''])
      assert.throws(() => grantScript(principal, [bad]), refused);
    assert.throws(() => grantScript(principal, []), refused);
  });

  it('stands in the documentation as it is', () => {
    const guide = readFileSync('docs/entra.md', 'utf8').replaceAll(/^ {3}/gm, '');
    const script = grantScript('00000000-0000-0000-0000-000000000000');
    assert.ok(guide.includes(script.trimEnd()), 'docs/entra.md has another script');
  });
});
