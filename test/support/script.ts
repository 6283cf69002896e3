/** Small programs for tests that need a process of their own: to be killed, or to mount in a namespace of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const REPOSITORY = resolve(import.meta.dirname, '../..');

export interface Script extends Disposable {
  readonly path: string;
  /** What the process needs in its environment to find the packages. */
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
