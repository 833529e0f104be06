import assert from 'node:assert/strict';
import sinon from 'sinon';
import { activity, appId, inside } from './activities.js';
import { keyId, seconds, startIssuer, tampered, unsigned } from './issuer.js';
import { type Rig, startRig } from './rig.js';

const message = activity('message-personal');

describe('Who is let in from the Bot Framework', () => {
  let rig: Rig;
  let printed: sinon.SinonStub;
  before(async () => {
    rig = await startRig();
  });
  beforeEach(() => {
    // The SDK prints what it thinks of bad tokens.
    printed = sinon.stub(console, 'error');
    rig.stored.length = 0;
    rig.log.length = 0;
  });
  afterEach(() => {
    printed.restore();
  });
  after(() => rig.close());

  it('a channel token for this bot and this service URL', async () => {
    assert.deepEqual(await rig.post(message), { status: 200, text: '' });
    assert.equal(rig.stored.length, 1);
    assert.equal(printed.called, false);
  });

  it('a token whose clock is a minute ahead', async () => {
    assert.equal((await rig.post(message, await rig.authorization({ nbf: seconds(60) }))).status, 200);
  });

  describe('and refused with 401, without a reason in the answer, and nothing stored:', () => {
    const good = (): Promise<string> => rig.authorization();
    const cases: [name: string, authorization: () => Promise<string | null>][] = [
      ['no Authorization header', () => Promise.resolve(null)],
      ['an empty one', () => Promise.resolve('')],
      ['Bearer and nothing', () => Promise.resolve('Bearer ')],
      ['another scheme', async () => (await good()).replace('Bearer', 'Basic')],
      ['what is no JWT', () => Promise.resolve('Bearer a.b.c')],
      ['a JWT whose payload is no JSON', () => Promise.resolve('Bearer eyJ0eXAiOiJKV1QifQ.bm8.bm8')],
      ['a tampered payload', async () => tampered(await rig.authorization({ aud: 'other' }), { aud: appId })],
      ['alg none without signature', async () => `Bearer ${unsigned(await good())}`],
      ['alg none with some signature', async () => `Bearer ${unsigned(await good(), 'c2ln')}`],
      ['a key that the issuer does not have', () => rig.authorization({}, { kid: 'another-key' })],
      ['a wrong audience', () => rig.authorization({ aud: '00000000-0000-4000-8000-00000000000a' })],
      ['no audience', () => rig.authorization({ aud: undefined })],
      ['a wrong issuer', () => rig.authorization({ iss: 'https://api.botframework.com.example.com' })],
      [
        'the issuer of emulator tokens',
        () => rig.authorization({ iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' }),
      ],
      ['a token that has expired', () => rig.authorization({ nbf: seconds(-7_200), exp: seconds(-3_600) })],
      ['a token that is not valid yet', () => rig.authorization({ nbf: seconds(3_600), exp: seconds(7_200) })],
      ['another service URL', () => rig.authorization({ serviceurl: 'https://smba.trafficmanager.net/emea/' })],
      ['no service URL', () => rig.authorization({ serviceurl: undefined })],
      [
        'the shape of a skill’s token',
        () => rig.authorization({ ver: '2.0', azp: '00000000-0000-4000-8000-00000000000b' }),
      ],
      [
        'the shape of an older skill’s token',
        () => rig.authorization({ ver: '1.0', appid: '00000000-0000-4000-8000-00000000000b' }),
      ],
    ];
    for (const [name, authorization] of cases) {
      it(name, async () => {
        assert.deepEqual(await rig.post(message, await authorization()), { status: 401, text: '' });
        assert.deepEqual(rig.stored, []);
        assert.equal(rig.log.at(-1)?.['status'], 401);
      });
    }

    it('a signature by another key under the same id', async () => {
      const forger = await startIssuer(rig.issuer.url);
      try {
        const token = await forger.sign({ aud: appId, serviceurl: rig.serviceUrl }, { kid: keyId });
        assert.deepEqual(await rig.post(message, `Bearer ${token}`), { status: 401, text: '' });
        assert.deepEqual(rig.stored, []);
      } finally {
        await forger.close();
      }
    });

    for (const channelId of ['emulator', 'AseChannel', 'skill', 'webchat', undefined]) {
      it(`an activity of the channel ${channelId ?? 'that it does not name'}`, async () => {
        assert.deepEqual(await rig.post(activity('message-personal', { channelId })), { status: 401, text: '' });
        assert.deepEqual(rig.stored, []);
      });
    }
  });

  it('never writes a token into the log', async () => {
    const authorization = await rig.authorization({ aud: 'other' });
    await rig.post(message, authorization);
    assert.equal(JSON.stringify(rig.log).includes(authorization.slice('Bearer '.length)), false);
  });

  it('is nobody while the signing keys cannot be had: 503, to be sent again', async () => {
    const issuer = await startIssuer();
    await issuer.close();
    const outage = await startRig({ openIdMetadataUrl: issuer.openIdMetadataUrl });
    try {
      assert.deepEqual(await outage.post(message), { status: 503, text: '' });
      assert.deepEqual(outage.stored, []);
    } finally {
      await outage.close();
    }
  });

  it('is nobody while the signing keys’ address answers with an error', async () => {
    const outage = await startRig({ openIdMetadataUrl: `${rig.issuer.url}/nothing-here` });
    try {
      assert.equal((await outage.post(message)).status, 503);
      assert.deepEqual(outage.stored, []);
    } finally {
      await outage.close();
    }
  });

  it('is refused where the keys cannot be had but the token is none anyway', async () => {
    const outage = await startRig({ openIdMetadataUrl: `${rig.issuer.url}/nothing-here` });
    try {
      assert.equal((await outage.post(message, 'Bearer a.b.c')).status, 401);
    } finally {
      await outage.close();
    }
  });
});

describe('The Agents Playground', () => {
  const playground = inside('message-personal', 'from', {
    id: '00000000-0000-0000-0000-0000000000020',
    aadObjectId: '00000000-0000-0000-0000-0000000000020',
  });
  const anyTenant = {
    ...playground,
    channelData: { tenant: { id: '00000000-0000-0000-0000-0000000000001' } },
    conversation: { id: 'personal-chat-id' },
  };
  const anonymous = { anonymous: true, appId: undefined, password: undefined, tenantId: undefined, tenants: [] };

  it('needs no header where it was switched on, and may have any tenant', async () => {
    const rig = await startRig({ settings: anonymous });
    try {
      assert.equal((await rig.post(anyTenant, null)).status, 200);
      assert.equal(rig.stored[0]?.account.user, '00000000-0000-0000-0000-0000000000020');
      assert.equal(rig.stored[0].origin.direct, true);
    } finally {
      await rig.close();
    }
  });

  it('is refused everywhere else, even without an app id, which alone switches the SDK’s checks off', async () => {
    const rig = await startRig({ settings: { appId: undefined } });
    try {
      assert.equal((await rig.post(anyTenant, null)).status, 401);
      assert.equal((await rig.post(anyTenant)).status, 401);
      assert.deepEqual(rig.stored, []);
    } finally {
      await rig.close();
    }
  });
});
