// Runs `lamina optimize` on a copy of a project, and checks that the optimized image still answers.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, succeed } from './lamina.mjs';
import { freePort } from './services.mjs';
import { ExampleStore } from './store.mjs';

/** Steps trust the certificates that were added to this machine, if any. */
export const TRUST = ['--ca-certificates', 'host'];

/**
 * Calls `work` with the environment of a new store that has only the base images.
 * @param {readonly string[]} bases names in the default store
 * @param {(env: Record<string, string>) => Promise<T>} work
 * @template T
 */
export async function inStoreWith(bases, work) {
  const store = new ExampleStore();
  try {
    const archive = join(store.directory, 'bases.tar');
    await succeed(['save', '-o', archive, ...bases]);
    await succeed(['load', '--quiet', '-i', archive], store);
    return await work(store.env);
  } finally {
    store.remove();
  }
}

/**
 * Calls `work` with a copy of a directory.
 * @param {string} directory
 * @param {(copy: string) => Promise<T>} work
 * @template T
 */
export async function inCopy(directory, work) {
  const copy = mkdtempSync(join(tmpdir(), 'lamina-optimize-'));
  try {
    cpSync(directory, copy, { recursive: true, preserveTimestamps: true });
    return await work(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * Builds the image `naive` of a Dockerfile and the image `optimized`, and prints what was tried.
 * @param {string} context
 * @param {{ dockerfile: string, variable?: string, path: string | undefined, test?: string, args?: string[], env: Record<string, string> }} options
 *   `variable`: the one of the environment that sets the port; `path`: what is requested, undefined: the output is the answer;
 *   `test`: a command in the container, where the output depends on the rest of the image
 */
export async function optimized(context, options) {
  const { dockerfile, variable = 'PORT', path, test: command, args = [], env } = options;
  const file = join(context, dockerfile);
  const port = await freePort();
  // Containers have the ports of this machine, where others may listen on the usual ones.
  if (path !== undefined) setEnvironment(file, `${variable}=${port}`);
  const given = ['-f', file, ...args];
  const build = (tag, more) =>
    succeed(['build', ...TRUST, '-q', '-t', tag, ...more, context], { env });
  await build('naive', given);
  const started = command === undefined ? [] : ['--test', command];
  const test = path === undefined ? started : ['--http', `${port}${path}`];
  const { stderr, milliseconds } = await succeed(
    ['optimize', ...TRUST, '--no-times', ...given, ...test, context],
    { env },
  );
  process.stdout.write(stderr);
  const result = existsSync(`${file}.optimized`) ? `${file}.optimized` : file;
  await build('optimized', ['-f', result, ...args]);
  const [before, after] = [await sizeOf('naive', env), await sizeOf('optimized', env)];
  return { before, after, seconds: milliseconds / 1000, log: stderr };
}

function setEnvironment(file, pair) {
  const text = readFileSync(file, 'utf8').replace(/^(?=CMD|ENTRYPOINT)/m, `ENV ${pair}\n`);
  writeFileSync(file, text);
}

/** Bytes of file content. */
export async function sizeOf(image, env) {
  return (await inspect(image, env)).Size;
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
