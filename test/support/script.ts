/** Small programs for tests that need a separate process: to kill it, or to mount in its own namespace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const REPOSITORY = resolve(import.meta.dirname, '../..');

export interface Script extends Disposable {
  readonly path: string;
  /** Environment variables with which the process finds the packages. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Bundles TypeScript that imports folders of `src/` as `./store/index.ts`.
 * @param source a module; top-level await works
 */
export async function bundleScript(source: string): Promise<Script> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-script-'));
  const path = join(directory, 'script.mjs');
  await build({
    stdin: { contents: source, resolveDir: join(REPOSITORY, 'src'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node22.15',
    format: 'esm',
    external: ['koffi'],
    outfile: path,
    logLevel: 'error',
  });
  return {
    path,
    env: { ...process.env, NODE_PATH: join(REPOSITORY, 'node_modules') },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
