import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { createRequire } from 'node:module';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { unzipSync } from 'fflate';
import { verbNames } from '../../src/command/verbs.js';
import { version } from '../../src/version.js';
import { cordon } from '../cli/support.js';

interface Manifest {
  readonly manifestVersion: string;
  readonly id: string;
  readonly version: string;
  readonly developer: { readonly websiteUrl: string };
  readonly bots: readonly {
    readonly botId: string;
    readonly scopes: readonly string[];
    readonly supportsTargetedMessages: boolean;
    readonly commandLists: readonly {
      readonly scopes: readonly string[];
      readonly triggers?: readonly string[];
      readonly commands: readonly { readonly title: string; readonly description: string }[];
    }[];
  }[];
}

const appId = '5f1d7c3b-aaaa-4bbb-8ccc-ddddeeeeffff';
const committed = JSON.parse(readFileSync('manifests/teams/manifest.json', 'utf8')) as Manifest;

/** Microsoft's schema of this manifest's version, as it ships with their package. */
function complaints(manifest: Manifest): unknown {
  const path = `@microsoft/app-manifest/build/json-schemas/teams/v${manifest.manifestVersion}/MicrosoftTeams.schema.json`;
  const ajv = new AjvDraft04.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(createRequire(import.meta.url)(path) as object);
  return validate(manifest) ? [] : validate.errors;
}

describe('The Teams app', () => {
  it('has a manifest that Microsoft’s schema finds valid, as it is and filled in', async () => {
    assert.deepEqual(complaints(committed), []);
    assert.deepEqual(complaints((await packaged()).manifest), []);
  });

  it('offers every command in every scope, natively with a slash where Teams has that', () => {
    const bot = committed.bots[0]!;
    assert.equal(bot.supportsTargetedMessages, true);
    for (const scope of ['team', 'groupChat', 'personal']) {
      assert.ok(bot.scopes.includes(scope));
      const offers = bot.commandLists.filter(({ scopes }) => scopes.includes(scope));
      assert.equal(offers.length, 1, scope);
      const { triggers, commands } = offers[0]!;
      if (scope !== 'personal') assert.deepEqual(triggers, ['mention', 'slash']);
      // Linking is a matter between one person and Cordon. Teams takes twelve, and what is rarely typed has its buttons.
      const elsewhere = [
        'sent',
        'resend',
        'explain',
        'unvote',
        'edit',
        'stop',
        'resume',
        ...(scope === 'personal' ? [] : ['link', 'unlink']),
      ];
      const wanted = verbNames.filter((verb) => !elsewhere.includes(verb));
      assert.deepEqual(commands.map(({ title }) => title).sort(), [...wanted].sort());
      for (const { title, description } of commands) {
        assert.ok(title.length <= 32 && description.length <= 128, `${title} is shown whole`);
      }
    }
  });

  it('asks for no permission at all', () => {
    const unwanted = ['authorization', 'permissions', 'devicePermissions', 'webApplicationInfo', 'validDomains'];
    assert.deepEqual(
      Object.keys(committed).filter((field) => unwanted.includes(field)),
      [],
    );
  });

  it('is held to a schema that bites', () => {
    assert.notDeepEqual(complaints({ ...committed, id: 'cordon' }), []);
    assert.notDeepEqual(complaints({ ...committed, surprise: true } as Manifest), []);
  });

  it('can be printed, for where there is no folder to write to', async () => {
    const { stdout, files } = await cordon(`manifest teams --host cordon.contoso.com --app-id ${appId} --out -`);
    assert.deepEqual(Object.keys(unzipSync(Buffer.from(stdout, 'latin1'))), [
      'manifest.json',
      'color.png',
      'outline.png',
    ]);
    assert.equal(files.size, 0);
  });

  async function packaged(): Promise<{ manifest: Manifest; files: Record<string, Uint8Array> }> {
    const { code, files } = await cordon(
      `manifest teams --host cordon.contoso.com --app-id ${appId.toUpperCase()} --out app.zip`,
    );
    assert.equal(code, 0);
    const zip = unzipSync(files.get('app.zip') as Uint8Array);
    return { manifest: JSON.parse(new TextDecoder().decode(zip['manifest.json'])) as Manifest, files: zip };
  }

  it('is packaged with the app id, the host name and the version filled in, and nothing left of the placeholders', async () => {
    const { manifest, files } = await packaged();
    assert.deepEqual(Object.keys(files), ['manifest.json', 'color.png', 'outline.png']);
    assert.equal(manifest.id, appId);
    assert.equal(manifest.bots[0]?.botId, appId);
    assert.equal(manifest.version, version);
    assert.equal(manifest.developer.websiteUrl, 'https://cordon.contoso.com');
    assert.doesNotMatch(JSON.stringify(manifest), /example\.com|00000000-0000/);
    assert.deepEqual(files['color.png'], new Uint8Array(readFileSync('manifests/teams/color.png')));
  });

  it('takes the app id from MicrosoftAppId, and gives the same bytes each time', async () => {
    const line = 'manifest teams --host cordon.contoso.com';
    const [first, second] = [
      await cordon(line, { MicrosoftAppId: appId }),
      await cordon(line, { MicrosoftAppId: appId }),
    ];
    assert.deepEqual([...first.files.keys()], ['cordon-teams.zip']);
    assert.deepEqual(first.files.get('cordon-teams.zip'), second.files.get('cordon-teams.zip'));
  });

  it('has icons of the sizes that Teams asks for, the outline in white alone', () => {
    assert.deepEqual(sizeOf('color'), [192, 192]);
    assert.deepEqual(sizeOf('outline'), [32, 32]);
    for (const [red, green, blue, alpha] of pixelsOf('outline')) {
      if (alpha !== 0) assert.deepEqual([red, green, blue], [255, 255, 255]);
    }
  });
});

function png(name: string): Buffer {
  return readFileSync(`manifests/teams/${name}.png`);
}

function sizeOf(name: string): [number, number] {
  return [png(name).readUInt32BE(16), png(name).readUInt32BE(20)];
}

/** RGBA of an 8-bit PNG with alpha. Source: PNG specification, filtering. */
function pixelsOf(name: string): number[][] {
  const file = png(name);
  const [width, height] = sizeOf(name);
  assert.equal(file[25], 6, 'with alpha');
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const data = inflateSync(Buffer.concat(parts));
  const rows: number[][] = [];
  for (let y = 0; y < height; y += 1) {
    const start = y * (width * 4 + 1);
    const above = rows[y - 1] ?? new Array<number>(width * 4).fill(0);
    const row: number[] = [];
    for (let x = 0; x < width * 4; x += 1) {
      const [left, up, corner] = [row[x - 4] ?? 0, above[x] ?? 0, x < 4 ? 0 : (above[x - 4] ?? 0)];
      row.push(((data[start + 1 + x] ?? 0) + predicted(data[start] ?? 0, left, up, corner)) & 255);
    }
    rows.push(row);
  }
  return rows.flatMap((row) => Array.from({ length: width }, (_, x) => row.slice(x * 4, x * 4 + 4)));
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  const nearest = [left, up, corner].sort(
    (a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b),
  );
  return [0, left, up, (left + up) >> 1, nearest[0] ?? 0][filter] ?? 0;
}
