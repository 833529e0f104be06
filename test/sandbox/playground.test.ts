import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { teamsIds, teamsPeople } from '../../sandbox/cast.js';
import { sandboxTenantId } from '../../sandbox/entra.js';

const person = z.object({ name: z.string(), email: z.string(), aadObjectId: z.string() });
const file = z.object({
  tenantId: z.string(),
  currentUser: person,
  users: z.array(person),
  personalChat: z.object({ id: z.string() }),
  groupChat: z.object({ id: z.string() }),
  team: z.object({ id: z.string(), channels: z.array(z.object({ id: z.string() })) }),
});

function read(name: string): z.infer<typeof file> {
  return file.parse(parse(readFileSync(`sandbox/playground/${name}/.m365agentsplayground.yml`, 'utf8')));
}

describe('The Playground as somebody of the sandbox', () => {
  for (const name of ['erin', 'bob']) {
    it(`has the sandbox's people and places for ${name}, so that its policy knows them`, () => {
      const { currentUser, users, groupChat, team, ...rest } = read(name);
      assert.equal(rest.tenantId, sandboxTenantId);
      assert.equal(currentUser.name.split(' ')[0]?.toLowerCase(), name);
      for (const { name, email, aadObjectId } of [currentUser, ...users]) {
        const same = teamsPeople.find((known) => known.aadObjectId === aadObjectId);
        assert.deepEqual({ name, email }, { name: same?.name, email: same?.email });
      }
      const { general, approvals, warRoom } = teamsIds;
      assert.deepEqual([team.id, ...team.channels.map(({ id }) => id)], [general, approvals]);
      assert.equal(groupChat.id, warRoom);
    });

    it(`gives ${name} exactly five others, and one channel: with a second the Playground ends without a word`, () => {
      assert.equal(read(name).users.length, 5);
      assert.equal(read(name).team.channels.length, 1);
    });
  }

  it('has a chat of its own for each, because Cordon remembers where a conversation is served', () => {
    assert.notEqual(read('erin').personalChat.id, read('bob').personalChat.id);
  });
});
