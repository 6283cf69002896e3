/** The library as its users get it: types that compile anywhere, and calls that say why they ended. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { execute, Workbench } from '../support/cli.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const bench = new Workbench();
let project: string;

const CONSUMER = `
import { AbortedError, AppError, build, createLamina, StepError } from 'lamina-build';
import type { BuildOptions, Lamina } from 'lamina-build';

const options: BuildOptions = { context: '.', tags: ['app'], onEvent: (event) => void event.kind };
try {
  const { imageId, summary } = await build(options);
  const steps: number = summary.steps.length;
  console.log(imageId?.slice(0, steps));
} catch (error) {
  if (error instanceof StepError) console.log(error.failure.exitCode);
  else if (error instanceof AbortedError) console.log(error.cause);
  else if (error instanceof AppError) console.log(error.code, error.hint);
}
export const lamina: Lamina = createLamina({ root: '/srv/images', env: { PATH: '/usr/bin' } });
export type Api = Pick<Lamina, 'images' | 'pullImages' | 'createIndex'>;
`;

beforeAll(async () => {
  await makeBusyboxImage(bench);
  project = bench.project({ 'package.json': '{ "type": "module" }', 'index.ts': CONSUMER }, 'user');
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules/lamina-build'));
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
});
afterAll(() => bench[Symbol.dispose]());

describe('the types', () => {
  it('are one file', () => {
    const declarations = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(declarations.filter((path) => path.endsWith('.d.ts'))).toEqual(['lib/index.d.ts']);
    const text = readFileSync(join(ROOT, 'dist/lib/index.d.ts'), 'utf8');
    expect(text).not.toMatch(/\bfrom '|\bimport\(/);
    expect(text).toContain('Builds an image from a Dockerfile.');
    // Two types of one name would get numbers.
    expect(text).not.toMatch(/\$\d/);
  });

  it.each([
    ['nodenext', 'the types of Node.js', ['--lib', 'es2023', '--types', 'node']],
    ['preserve', 'the types of Node.js', ['--lib', 'es2023', '--types', 'node']],
    ['preserve', 'those of browsers', ['--lib', 'es2022,dom']],
  ])('compile with skipLibCheck off, as module %s with %s', (module, _types, libraries) => {
    const flags = ['--module', module, '--target', 'es2022', ...libraries];
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '--noEmit', '--ignoreConfig', ...flags, ...strict, 'index.ts'];
    const { stdout, status } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
    });
    expect([stdout, status]).toEqual(['', 0]);
  });
});

/**
 * Every call is ended before it begins. Those that take long are ended at work as well: when they print, read, write, or
 * ask a server that never answers.
 */
const ABORTED = `
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createLamina } from 'lamina-build';

const lamina = createLamina();
let asked = () => {};
const server = createServer(() => asked());
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const registry = '127.0.0.1:' + server.address().port;
const remote = registry + '/a';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingKey = privateKey.export({ format: 'pem', type: 'pkcs8' });

const sleeper = { context: '.', dockerfile: 'Sleeper' };
const shell = ['sh', '-c', 'echo begun; sleep 60'];
const login = { username: 'me', password: 'secret' };
const atWork = (abort) => (event) => void (event.kind === 'step.log' && abort());
const writing = (abort) => async () => {
  abort();
  await new Promise((resolve) => setImmediate(resolve));
};
async function* endless(abort) {
  for (let count = 0; ; count++) {
    if (count === 10) abort();
    yield Buffer.alloc(512);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const long = {
  optimize: (abort) => ({ ...sleeper, onEvent: atWork(abort), measureBuilds: false }),
  build: (abort) => ({ ...sleeper, onEvent: atWork(abort) }),
  bake: (abort) => ({ files: ['-'], stdin: [Buffer.from('target "default" { dockerfile = "Sleeper" }')], onEvent: atWork(abort) }),
  verify: (abort) => ({ ...sleeper, onEvent: atWork(abort) }),
  run: (abort) => ({ image: 'busybox', command: shell, stdio: { stdout: abort, stderr() {} } }),
  saveImages: (abort) => ({ images: ['busybox'], destination: writing(abort) }),
  exportImage: (abort) => ({ image: 'busybox', destination: writing(abort) }),
  loadImages: (abort) => ({ source: endless(abort) }),
  importImage: (abort) => ({ source: endless(abort) }),
  makeBase: () => ({ name: 'distroless/static', mirror: 'http://' + registry }),
  pullImages: () => ({ image: remote }),
  pushImages: () => ({ image: remote }),
  copyImage: () => ({ source: remote, destination: 'store:copy' }),
  openImage: () => ({ image: 'docker://' + remote }),
  inspectManifest: () => ({ image: remote }),
  listTags: () => ({ repository: remote }),
  listAttestations: () => ({ image: remote }),
  signImage: () => ({ image: remote, key: signingKey }),
  verifySignatures: () => ({ image: remote, key: signingKey }),
  createIndex: () => ({ sources: [remote], references: [remote] }),
  createManifestList: () => ({ name: 'list', sources: [remote] }),
  login: () => ({ server: registry, login }),
};
const short = {
  check: sleeper,
  lint: { files: [{ path: 'Sleeper' }] },
  outline: sleeper,
  readBakeDefinition: { files: ['-'] },
  targets: sleeper,
  listContext: { context: '.' },
  format: { text: 'FROM busybox' },
  proposeDockerfile: { directory: '.' },
  images: {},
  tag: { source: 'busybox', target: 'other' },
  removeImage: { image: 'other' },
  inspectImages: { images: ['busybox'] },
  imageHistory: { image: 'busybox' },
  compareImages: { a: 'busybox', b: 'busybox' },
  sbom: { image: 'busybox' },
  checkImage: { image: 'busybox' },
  reportImage: { image: 'busybox' },
  exploreImage: { image: 'busybox' },
  explorePage: { image: 'busybox' },
  listBuilds: {},
  inspectBuild: { build: 'none' },
  explainBuild: { build: 'none' },
  graphBuild: { build: 'none' },
  traceBuild: { build: 'none' },
  removeBuilds: { builds: ['none'] },
  // Once it listens, its signal is how it is stopped: it resolves.
  serveExplorer: { image: 'busybox', onListening() {} },
  prune: {},
  collectGarbage: {},
  diskUsage: {},
  diskUsageDetails: {},
  checkStore: {},
  annotateManifestList: { name: 'list', source: remote, platform: {} },
  pushManifestList: { name: 'list' },
  removeManifestLists: { names: ['list'] },
  logout: { server: registry },
  debug: { image: 'busybox', command: ['true'] },
  createBuilder: { name: 'b', address: 'tcp://127.0.0.1:1' },
  listBuilders: {},
  useBuilder: { name: 'default' },
  removeBuilders: { names: ['b'] },
  diagnose: {},
  info: {},
  version: {},
};
await lamina.tag({ source: 'busybox', target: remote });

const reason = new Error('too slow');
async function ended(name, options, signal) {
  const error = await lamina[name]({ ...options, signal }).then(() => undefined, (thrown) => thrown);
  return [error?.constructor.name, error?.code, error?.cause === reason].join(' ');
}
const results = {};
for (const [name, options] of Object.entries(short)) {
  results[name] = [await ended(name, options, AbortSignal.abort(reason))];
}
for (const [name, optionsFor] of Object.entries(long)) {
  const controller = new AbortController();
  const abort = () => controller.abort(reason);
  asked = abort;
  results[name] = [
    await ended(name, optionsFor(() => {}), AbortSignal.abort(reason)),
    await ended(name, optionsFor(abort), controller.signal),
  ];
}
server.closeAllConnections();
server.close();
process.stdout.write(JSON.stringify({ results, calls: Object.keys(lamina) }));
`;

async function runProgram<T>(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<T> {
  const directory = bench.project(files, 'user');
  const [program = ''] = Object.keys(files);
  const { stdout, stderr } = await execute(process.execPath, [program], { cwd: directory, env });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it('every call that its signal ends says so, and keeps the reason as its cause', async () => {
  const files = {
    'aborted.mjs': ABORTED,
    Sleeper: 'FROM busybox\nRUN echo begun; sleep 60\n',
  };
  const { results, calls } = await runProgram<{
    readonly results: Readonly<Record<string, readonly string[]>>;
    readonly calls: string[];
  }>(files, { ...process.env, LAMINA_ROOT: bench.store });
  const kept = 'AbortedError BUILD_CANCELLED true';
  const wrong = Object.entries(results).filter(([, all]) => all.some((one) => one !== kept));
  expect(wrong).toEqual([]);
  expect(Object.keys(results).sort()).toEqual(calls.sort());
});

/** Builds, and looks at the result by other calls. */
const ONE_STORE = `
const { imageId } = await lamina.build({ context: '.', dockerfile: 'One', tags: ['one'] });
const [listed] = (await lamina.images()).filter(({ id }) => id === imageId);
let saved = 0;
await lamina.saveImages({ images: ['one'], destination: async ({ length }) => void (saved += length) });
let printed = '';
const { exitCode } = await lamina.run({
  image: 'one',
  command: ['cat', '/greeting'],
  stdio: { stdout: (data) => void (printed += Buffer.from(data)), stderr() {} },
});
const { root } = await lamina.info();
const result = { listed: listed?.references, saved: saved > 0, exitCode, printed, root };
process.stdout.write(JSON.stringify(result));
`;

it.each([
  ['that LAMINA_ROOT names', "import * as lamina from 'lamina-build';", true],
  [
    'of an instance, though LAMINA_ROOT is not set',
    `import { createLamina } from 'lamina-build';
const lamina = createLamina({ root: ROOT, env: { PATH: process.env.PATH } });`,
    false,
  ],
])('all calls see the one store %s', async (_, imports, isSet) => {
  const files = {
    'one-store.mjs': imports.replace('ROOT', JSON.stringify(bench.store)) + ONE_STORE,
    One: 'FROM busybox\nRUN echo hello > /greeting\n',
  };
  const { LAMINA_ROOT: _root, ...env } = process.env;
  expect(await runProgram(files, isSet ? { ...env, LAMINA_ROOT: bench.store } : env)).toEqual({
    listed: ['one:latest'],
    saved: true,
    exitCode: 0,
    printed: 'hello\n',
    root: bench.store,
  });
});

it('exports the calls, what makes instances of them, and the classes of errors', async () => {
  const program = `
import * as library from 'lamina-build';
process.stdout.write(JSON.stringify([Object.keys(library), Object.keys(library.createLamina())]));
`;
  const [exported, calls] = await runProgram<string[][]>({ 'names.mjs': program }, process.env);
  const classes = ['AbortedError', 'AppError', 'StepError'];
  expect(exported?.sort()).toEqual([...(calls ?? []), ...classes, 'createLamina'].sort());
});
