// Builds the reproducible examples under each isolation, and compares the images:
// npm run examples:isolations [-- NAME…] [-- --machine=NAME…]. It needs root and Debian's mirror, and takes an hour.
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MACHINES, openMachine } from '../test/conformance/isolations/machines.ts';
import { Workbench } from '../test/support/cli.ts';
import { examples } from './examples/list.mjs';
import { Services } from './examples/services.mjs';
import { installPackages } from './host.mjs';

const EPOCH = { SOURCE_DATE_EPOCH: '1700000000' };
/** Of a user with one id, files that a step gives away keep their owner. */
const WITHOUT = ['one-id'];
/** The image must not depend on it. */
const UMASKS = { user: '077', 'no-runtime': '002' };
const AT_ONCE = 2;

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith('--'));
const asked = words.flatMap((word) => /^--machine=(.*)$/.exec(word)?.[1] ?? []);
const machines = MACHINES.filter((name) =>
  asked.length === 0 ? !WITHOUT.includes(name) : asked.includes(name),
);
const chosen = examples.filter(({ name, reproducible }) =>
  named.length === 0 ? reproducible === true : named.includes(name),
);

installPackages({ runc: 'runc', mmdebstrap: 'mmdebstrap', proot: 'proot', uidmap: 'newuidmap' });

const bench = new Workbench();
chmodSync(bench.directory, 0o755);
const services = servicesIn(bench.directory);
/** Example → machine → image ID, or why there is none. */
const results = new Map(chosen.map(({ name }) => [name, new Map()]));
try {
  const archive = await makeBases();
  const projects = [];
  for (const example of chosen) projects.push({ example, ...(await prepared(example)) });
  const left = [...machines];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      await buildAllOn(name, archive, projects);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  let equal = 0;
  for (const { name, cannot = {} } of chosen) {
    for (const [machine, why] of Object.entries(cannot)) {
      if (machines.includes(machine)) process.stdout.write(`${name} not on ${machine}: ${why}\n`);
    }
    equal += (await isSame(name, results.get(name))) ? 1 : 0;
  }
  const where = machines.join(', ');
  process.stdout.write(`${equal} of ${chosen.length} examples have the same image on ${where}\n`);
  process.exitCode = equal === chosen.length ? 0 : 1;
} finally {
  services.close();
  bench[Symbol.dispose]();
}

/** Their files are where the containers find them. */
function servicesIn(directory) {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = directory;
  try {
    const made = new Services();
    chmodSync(made.directory, 0o755);
    return made;
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** All stores start with the same base images. */
async function makeBases() {
  const all = new Set(chosen.flatMap(({ bases = [] }) => ['debian:bookworm-slim', ...bases]));
  const archive = join(bench.directory, 'bases.tar');
  for (const base of all) {
    process.stdout.write(`creating ${base}\n`);
    await bench.succeed(['base', '--quiet', base]);
  }
  await bench.succeed(['save', '-o', archive, ...all]);
  return archive;
}

/** The example's arguments, with secrets in files: containers get no other environment. */
async function prepared({ name, prepare }) {
  const { args = [], env = {}, keyFile } = (await prepare?.(services)) ?? {};
  let own = args;
  for (const [variable, value] of Object.entries(env)) {
    const path = join(bench.directory, `${name}-${variable}`);
    writeFileSync(path, value);
    own = own.map((arg) => arg.replace(`env=${variable}`, `src=${path}`));
  }
  return { args: own, keyFile };
}

/** Short: with proot, an ssh agent whose socket has a long path cannot be reached. */
function directoryOf(machine) {
  return join(bench.directory, String(MACHINES.indexOf(machine)));
}

async function buildAllOn(name, archive, projects) {
  const directory = directoryOf(name);
  mkdirSync(directory);
  using machine = openMachine(name, bench.directory);
  const { uid } = machine;
  const store = new Workbench({ store: join(directory, 's') });
  mkdirSync(store.store);
  for (const path of [directory, store.store]) chownSync(path, uid, uid);
  const umask = ['sh', '-c', `umask ${UMASKS[name] ?? '022'}; exec "$@"`, 'sh'];
  const settings = { env: EPOCH, wrapper: [...machine.wrapper, ...umask] };
  await store.succeed(['load', '-q', '-i', archive], settings);
  for (const { example, args, keyFile } of projects) {
    if (example.cannot?.[name] !== undefined) continue;
    const begun = performance.now();
    const own = keyFile === undefined ? args : withKeyOf(uid, { args, keyFile, directory });
    const image = `example-${example.name}`;
    const flags = ['--progress=plain', `--isolation=${machine.isolation}`];
    // Later flags win: an example may bring its own authority.
    const trust = own.includes('--ca-certificates') ? [] : ['--ca-certificates', 'host'];
    const context = join(process.cwd(), 'examples', example.name);
    const words = ['build', ...flags, ...trust, '-t', image, ...own, context];
    const { status, stderr } = await store.lamina(words, settings);
    const saved = ['save', '-o', join(directory, `${example.name}.tar`), image];
    if (status === 0) await store.succeed(saved, settings);
    const { stdout } = await store.lamina(['images', '-q', '--no-trunc', image], settings);
    const id = status === 0 ? stdout.trim() : `fails: ${stderr.slice(-3000)}`;
    results.get(example.name)?.set(name, id);
    const seconds = Math.round((performance.now() - begun) / 1000);
    process.stdout.write(`${example.name} on ${name}: ${id} (${seconds} s)\n`);
  }
  store[Symbol.dispose]();
  rmSync(store.store, { recursive: true, force: true });
}

/** ssh reads a key only for its owner; an agent would talk to one user. */
function withKeyOf(uid, { args, keyFile, directory }) {
  const key = join(directory, 'key');
  copyFileSync(keyFile, key);
  chmodSync(key, 0o600);
  chownSync(key, uid, uid);
  return args.map((arg, index) => (args[index - 1] === '--ssh' ? `default=${key}` : arg));
}

/** Shows what differs. */
async function isSame(name, ids) {
  const [first, ...others] = machines.filter((machine) => ids.has(machine));
  const expected = ids.get(first);
  const differing = others.filter((machine) => ids.get(machine) !== expected);
  if (differing.length === 0 && /^sha256:/.test(expected)) return true;
  const archiveOf = (machine) => join(directoryOf(machine), `${name}.tar`);
  for (const machine of differing) {
    const two = [archiveOf(first), archiveOf(machine)].map((path) => `docker-archive:${path}`);
    const { stdout, stderr } = await bench.lamina(['compare', '--layers', ...two]);
    process.stdout.write(`${name}: ${first} and ${machine} differ:\n${stdout}${stderr}\n`);
  }
  return false;
}
