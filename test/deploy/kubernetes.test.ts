import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { settingNames } from '../../src/config.js';
import { parsePolicy } from '../../src/policy/load.js';

const folder = 'deploy/kubernetes';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

type Labels = Readonly<Record<string, string>>;
type Ref = { readonly name: string; readonly key: string };

interface Container {
  readonly image: string;
  readonly ports: readonly { name: string; containerPort: number }[];
  readonly env: readonly { name: string; value?: string; valueFrom?: { secretKeyRef: Ref } }[];
  readonly envFrom: readonly { configMapRef: { name: string } }[];
  readonly securityContext: unknown;
  readonly resources: { requests: object; limits: { memory: string } };
  readonly volumeMounts: readonly { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
  readonly lifecycle: { preStop: { sleep: { seconds: number } } };
  readonly [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { matchLabels: Labels };
    readonly template: {
      readonly metadata: { labels: Labels };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: object;
        readonly topologySpreadConstraints: readonly { labelSelector: { matchLabels: Labels } }[];
        readonly containers: readonly Container[];
        readonly volumes: readonly { name: string; configMap?: { name: string }; secret?: { secretName: string } }[];
      };
    };
  };
}

function read(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return document.toJS() as Manifest;
  });
}

const files = readdirSync(folder);
const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
const manifests = resources.flatMap(read);
const secrets = read('secrets.example.yaml') as (Manifest & { stringData: Labels })[];

function the(kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  assert.equal(found.length, 1, kind);
  return found[0]!;
}

const configMap = (name: string): Labels =>
  (manifests.find((one) => one.kind === 'ConfigMap' && one.metadata.name === name) as Manifest & { data: Labels }).data;
const deployment = the('Deployment') as Deployment;
const pod = deployment.spec.template;
const [container] = pod.spec.containers as [Container];

describe('the manifests for Kubernetes', () => {
  it('are all in the kustomization, but for what is an example or a variant', () => {
    const others = ['kustomization.yaml', 'secrets.example.yaml', 'workload-identity.yaml'];
    assert.deepEqual([...resources, ...others].sort(), files.sort());
  });

  it('use the versions of the interface that a cluster of today serves', () => {
    const versions = Object.fromEntries(manifests.map(({ kind, apiVersion }) => [kind, apiVersion]));
    assert.deepEqual(versions, {
      Namespace: 'v1',
      ServiceAccount: 'v1',
      ConfigMap: 'v1',
      Deployment: 'apps/v1',
      Service: 'v1',
      Ingress: 'networking.k8s.io/v1',
      PodDisruptionBudget: 'policy/v1',
      NetworkPolicy: 'networking.k8s.io/v1',
    });
    for (const { kind, metadata } of manifests.filter(({ kind }) => kind !== 'Namespace')) {
      assert.equal(metadata.namespace, 'cordon', kind);
    }
  });

  it('select the pods that they mean', () => {
    type Selecting = Manifest & { spec: { selector: { matchLabels: Labels } } };
    const selectors = [
      deployment.spec.selector.matchLabels,
      (the('PodDisruptionBudget') as Selecting).spec.selector.matchLabels,
      (the('Service') as Manifest & { spec: { selector: Labels } }).spec.selector,
      (the('NetworkPolicy') as Manifest & { spec: { podSelector: { matchLabels: Labels } } }).spec.podSelector
        .matchLabels,
      ...pod.spec.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
    ];
    assert.equal(selectors.length, 5);
    for (const selector of selectors) assert.deepEqual(selector, pod.metadata.labels);
  });

  it('run two, of which one may be missing', () => {
    assert.equal(deployment.spec.replicas, 2);
    assert.equal((the('PodDisruptionBudget') as Manifest & { spec: { minAvailable: number } }).spec.minAvailable, 1);
  });

  it('give the container no right that it does not need', () => {
    assert.deepEqual(pod.spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    assert.equal(pod.spec.automountServiceAccountToken, false);
    assert.equal(pod.spec.serviceAccountName, the('ServiceAccount').metadata.name);
    assert.match(readFileSync('Dockerfile', 'utf8'), /^USER 1000:1000$/m);
  });

  it('ask addresses that are there, at the port that is open', () => {
    const [port] = container.ports;
    assert.deepEqual(port, { name: 'http', containerPort: 3978 });
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
      assert.deepEqual(container[probe]?.httpGet, { path: '/healthz', port: 'http' }, probe);
    }
    type Service = Manifest & { spec: { ports: { name: string; targetPort: string }[] } };
    assert.equal((the('Service') as Service).spec.ports[0]!.targetPort, 'http');
  });

  it('leave more time to end than Cordon takes', () => {
    const grace = Number(/graceMs = ([\d_]+)/.exec(readFileSync('src/main.ts', 'utf8'))![1]!.replace('_', '')) / 1_000;
    const { seconds } = container.lifecycle.preStop.sleep;
    assert.ok(pod.spec.terminationGracePeriodSeconds >= seconds + grace + 5);
  });

  it('let in from outside what Slack and Teams call, and nothing else', () => {
    type Path = { path: string; pathType: string; backend: { service: { name: string } } };
    type Ingress = Manifest & {
      spec: { tls: { hosts: string[] }[]; rules: { host: string; http: { paths: Path[] } }[] };
    };
    const { tls, rules } = (the('Ingress') as Ingress).spec;
    const paths = rules.flatMap(({ http }) => http.paths);
    assert.deepEqual(paths.map(({ path }) => path).sort(), ['/api/messages', '/slack/events']);
    for (const { pathType, backend } of paths) {
      assert.deepEqual([pathType, backend.service.name], ['Exact', the('Service').metadata.name]);
    }
    assert.deepEqual(
      tls.flatMap(({ hosts }) => hosts),
      rules.map(({ host }) => host),
    );
  });

  it('name settings that Cordon has, and secrets that the example has, and no secret in the open', () => {
    const open = Object.keys(configMap('cordon-settings'));
    const names = container.env.map(({ name }) => name);
    for (const name of [...open, ...names]) assert.ok(settingNames.includes(name), name);
    assert.ok(!open.some((name) => names.includes(name)), 'set twice');
    for (const name of open) assert.doesNotMatch(name, /SECRET|TOKEN|Password|DATABASE/);
    for (const { name, valueFrom } of container.env.filter((one) => one.valueFrom !== undefined)) {
      const { name: from, key } = valueFrom!.secretKeyRef;
      const secret = secrets.find(({ metadata }) => metadata.name === from);
      assert.ok(secret && key in secret.stringData, name);
      assert.equal(key, name);
    }
    assert.deepEqual(
      container.envFrom.map(({ configMapRef }) => configMapRef.name),
      ['cordon-settings'],
    );
  });

  it('mount the policy and the key where the settings say', () => {
    for (const [setting, volume, file] of [
      ['CORDON_POLICY', 'policy', 'policy.yaml'],
      ['CORDON_AUDIT_KEY', 'audit-key', 'audit-key.pem'],
    ] as const) {
      const mount = container.volumeMounts.find(({ name }) => name === volume)!;
      assert.deepEqual([mount.readOnly, mount.subPath], [true, undefined]);
      assert.equal(container.env.find(({ name }) => name === setting)!.value, `${mount.mountPath}/${file}`);
      const source = pod.spec.volumes.find(({ name }) => name === volume)!;
      const data =
        source.configMap === undefined
          ? secrets.find(({ metadata }) => metadata.name === source.secret!.secretName)!.stringData
          : configMap(source.configMap.name);
      assert.ok(file in data, file);
    }
    assert.equal(parsePolicy(configMap('cordon-policy')['policy.yaml']!, 'policy.yaml').rules.length, 1);
  });

  it('pin the image by the version of the project', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.equal(container.image, `cordon:${version}`);
    assert.ok(container.resources.limits.memory);
    for (const file of files) assert.doesNotMatch(readFileSync(join(folder, file), 'utf8'), /:latest/, file);
  });

  it('change in the variant for workload identity what is there', () => {
    for (const { kind, metadata } of read('workload-identity.yaml'))
      assert.equal(the(kind).metadata.name, metadata.name);
  });
});
