import assert from 'node:assert/strict';
import pino from 'pino';
import type { AuditEvent } from '../../src/audit/event.js';
import { createDoorRecord, type DoorRecord } from '../../src/ops/door.js';

const minute = 60_000;

describe('the record of what the door refused', () => {
  let clock: number;
  let events: AuditEvent[];
  let fails: boolean;
  let door: DoorRecord;
  beforeEach(() => {
    clock = 1_000;
    events = [];
    fails = false;
    door = createDoorRecord({
      now: () => clock,
      record: (more) => {
        if (fails) return Promise.reject(new Error('no disk'));
        events.push(...more);
        return Promise.resolve();
      },
      logger: pino({ level: 'silent' }),
    });
  });
  const details = (): unknown[] => events.map(({ detail }) => detail);

  it('has the first of a kind at once, and the rest of the minute in one event with their number', async () => {
    for (let count = 0; count < 1_000; count += 1) door.refused('slack', 'wrong signature');
    door.refused('teams', 'foreign tenant');
    assert.deepEqual(details(), [
      { platform: 'slack', reason: 'wrong signature', count: 1 },
      { platform: 'teams', reason: 'foreign tenant', count: 1 },
    ]);
    assert.equal(await door.flush(), 1_000 + minute);
    assert.equal(events.length, 2);
    clock += minute;
    assert.equal(await door.flush(), undefined);
    assert.deepEqual(details().slice(2), [{ platform: 'slack', reason: 'wrong signature', count: 999, since: 1_000 }]);
  });

  it('has one that comes after a quiet minute at once', () => {
    door.refused('slack', 'malformed');
    clock += minute;
    door.refused('slack', 'malformed');
    assert.equal(events.length, 2);
  });

  it('has everything when Cordon stops', async () => {
    door.refused('slack', 'unsigned');
    door.refused('slack', 'unsigned');
    await door.flush('all');
    assert.equal(events.length, 2);
  });

  it('forgets nothing that could not be stored', async () => {
    fails = true;
    door.refused('slack', 'unsigned');
    await door.flush('all');
    fails = false;
    door.refused('slack', 'unsigned');
    await door.flush('all');
    assert.deepEqual(details(), [{ platform: 'slack', reason: 'unsigned', count: 2, since: 1_000 }]);
  });
});
