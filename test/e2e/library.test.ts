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
import { AbortedError, AppError, build, StepError, type BuildOptions, type LaminaApi } from 'lamina-build';

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
export type Api = Pick<LaminaApi, 'images' | 'pullImages' | 'createIndex'>;
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
  });

  it.each(['nodenext', 'preserve'])('compile with skipLibCheck off, as module %s', (module) => {
    const flags = ['--module', module, '--target', 'es2022', '--lib', 'es2023', '--types', 'node'];
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

/** Each call is ended before it begins, and, where it takes long enough, once it is at work. */
const ABORTED = `
import * as lamina from 'lamina-build';

const root = process.env.LAMINA_ROOT;
const env = process.env;
const sleeper = { context: '.', dockerfile: 'Sleeper', root, env };
const atWork = (abort) => (event) => void (event.kind === 'step.log' && abort());
const printing = (abort) => ({ stdout: abort, stderr() {} });
const endless = async function* (abort) {
  for (let count = 0; ; count++) {
    if (count === 10) abort();
    yield Buffer.alloc(512);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const shell = ['sh', '-c', 'echo begun; sleep 60'];
const calls = {
  build: (signal, abort) => lamina.build({ ...sleeper, onEvent: atWork(abort), signal }),
  verify: (signal, abort) => lamina.verify({ ...sleeper, onEvent: atWork(abort), signal }),
  run: (signal, abort) =>
    lamina.run({ image: 'busybox', command: shell, stdio: printing(abort), root, signal }),
  loadImages: (signal, abort) => lamina.loadImages({ source: endless(abort), root, signal }),
  importImage: (signal, abort) => lamina.importImage({ source: endless(abort), root, signal }),
};
const short = {
  check: (signal) => lamina.check({ ...sleeper, signal }),
  listContext: (signal) => lamina.listContext({ context: '.', signal }),
  images: (signal) => lamina.images({ root, signal }),
  listTags: (signal) => lamina.listTags({ repository: 'localhost:1/a', env, signal }),
};
const reason = new Error('too slow');
const ended = async (call, controller) => {
  const calling = call(controller.signal, () => controller.abort(reason));
  const error = await calling.then(() => undefined, (thrown) => thrown);
  return [error?.constructor.name, error?.code, error?.cause === reason].join(' ');
};
const results = {};
for (const [name, call] of Object.entries({ ...calls, ...short })) {
  const controller = new AbortController();
  controller.abort(reason);
  results[name] = [await ended(call, controller)];
}
for (const [name, call] of Object.entries(calls)) {
  results[name].push(await ended(call, new AbortController()));
}
process.stdout.write(JSON.stringify(results));
`;

it('a call that its signal ends says so, and keeps the reason as its cause', async () => {
  const directory = bench.project(
    {
      'aborted.mjs': ABORTED,
      Sleeper: 'FROM busybox\nRUN echo begun; sleep 60\n',
    },
    'user',
  );
  const env = { ...process.env, LAMINA_ROOT: bench.store };
  const { stdout, stderr } = await execute(process.execPath, ['aborted.mjs'], {
    cwd: directory,
    env,
  });
  expect(stderr).toBe('');
  const kept = 'AbortedError BUILD_CANCELLED true';
  const results: Record<string, string[]> = JSON.parse(stdout);
  const wrong = Object.entries(results).filter(([, all]) => all.some((one) => one !== kept));
  expect(wrong).toEqual([]);
  expect(Object.keys(results)).toHaveLength(9);
});
