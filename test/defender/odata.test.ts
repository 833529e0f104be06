import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dateTime, filters, isGuid, literal, query } from '../../src/defender/odata.js';
import { machineId, now } from './support.js';

describe('OData filters', () => {
  it('are written as the documentation writes them', () => {
    const guid = '80fe8ff8-2624-418e-9591-41f0491218f9';
    assert.equal(filters.name('pc1.contoso.com'), "computerDnsName eq 'pc1.contoso.com'");
    assert.equal(filters.nameStartsWith('pc1'), "startswith(computerDnsName,'pc1')");
    assert.equal(filters.entraId(guid), `aadDeviceId eq ${guid}`);
    assert.equal(filters.lastIp('10.1.2.3'), "lastIpAddress eq '10.1.2.3'");
    assert.equal(filters.ids(['a', 'b']), "id in ('a','b')");
    assert.equal(
      filters.machineActions(machineId, 'RestrictCodeExecution', now),
      `machineId eq '${machineId}' and type eq 'RestrictCodeExecution' and creationDateTimeUtc ge 2026-11-23T09:00:00Z`,
    );
  });

  it('round a time down, so that nothing at the edge is missed', () => {
    assert.equal(dateTime(now + 999), '2026-11-23T09:00:00Z');
  });

  it('keep what a person typed inside one literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", 'a', ' ', '%', '&') }), (typed) => {
        const read = /^'((?:[^']|'')*)'$/.exec(literal(typed));
        assert.equal(read?.[1]?.replaceAll("''", "'"), typed);
      }),
    );
  });

  it('survive the URL, with no plus sign for a blank', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const written = query(filters.name(typed), 5);
        const url = new URL(`https://defender.test/api/machines${written}`);
        assert.ok(!written.includes('+') && !written.includes(' '));
        assert.deepEqual(
          [...url.searchParams],
          [
            ['$filter', filters.name(typed)],
            ['$top', '5'],
          ],
        );
      }),
    );
  });

  it('know a GUID from anything longer', () => {
    fc.assert(fc.property(fc.uuid(), (guid) => isGuid(guid) && !isGuid(`${guid} or true`) && !isGuid(`'${guid}'`)));
  });
});
