import assert from 'node:assert/strict';
import { hoursInWords, inBusinessHours, isZone } from '../../src/policy/hours.js';
import { domainControllerFinding, sameWord, serverFinding, usualStrict } from '../../src/policy/strict.js';
import { machine } from '../support.js';

describe('what is found out about a device, in words', () => {
  it('says by what it is a domain controller, or that its name is not known', () => {
    const found = (over: Parameters<typeof machine>[0], names = usualStrict.domainControllers.names) =>
      domainControllerFinding(
        { ...usualStrict, domainControllers: { ...usualStrict.domainControllers, names } },
        machine({ osPlatform: 'WindowsServer2022', ...over }),
      );
    assert.deepEqual(found({ computerDnsName: 'dc01.contoso.com' }), {
      known: 'yes',
      because: 'the name dc01.contoso.com is that of a domain controller (dc??)',
    });
    assert.deepEqual(found({ computerDnsName: null }), {
      known: 'unknown',
      because: 'Defender does not say how the device is called',
    });
    assert.equal(found({ computerDnsName: null }, []).known, 'no');
    assert.equal(found({ osPlatform: null, computerDnsName: 'dc1' }).known, 'yes');
  });

  it('says that the system is not known', () => {
    const because = 'Defender does not say which system the device runs';
    assert.deepEqual(serverFinding(machine({ osPlatform: null })), { known: 'unknown', because });
  });

  it('passes over case and white space around a word, on either side', () => {
    assert.ok(sameWord(' Tier0', 'tier0') && sameWord('tier0', 'TIER0 ') && !sameWord('tier0', 'tier 0'));
  });
});

describe('business hours', () => {
  const hours = { zone: 'Europe/Berlin', days: ['mon', 'tue'], from: 485, to: 1_080 } as const;

  it('are told with their days, their clock and their zone', () => {
    assert.equal(hoursInWords(hours), 'mon, tue 08:05 to 18:00 in Europe/Berlin');
  });

  it('hold from their first minute to the one before their last', () => {
    const at = (time: string) => inBusinessHours(hours, Date.parse(`2026-11-23T${time}+01:00`));
    assert.deepEqual(
      ['08:04', '08:05', '17:59', '18:00'].map((time) => at(`${time}:00`)),
      [false, true, true, false],
    );
    assert.equal(inBusinessHours(hours, Date.parse('2026-11-25T12:00:00+01:00')), false);
  });

  it('are in a zone that is known by its name, not by a distance', () => {
    assert.ok(isZone('Europe/Berlin') && isZone('UTC') && isZone('America/Argentina/Buenos_Aires'));
    for (const name of ['+01:00', '', 'Nowhere/Land', 'Europe/Berlin ', ' UTC', '01:00']) {
      assert.equal(isZone(name), false, name);
    }
  });
});
