// Builds dist/: the typed library (tsc) and the bundled command (esbuild).
import { execFileSync } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;

await rm(`${root}dist`, { recursive: true, force: true });
await Promise.all([bundleCommand(), bundleHelpers(), compileLibrary()]);

/** The command: one small start file, and a chunk for each lazily loaded part. */
async function bundleCommand() {
  await build({
    ...shared(),
    entryPoints: { lamina: `${root}src/cli/main.ts` },
    splitting: true,
    chunkNames: 'chunk-[hash]',
    banner: { js: '#!/usr/bin/env node' },
  });
  await chmod(`${root}dist/bin/lamina.js`, 0o755);
}

/** Programs that lamina starts itself; each must be one file of its own. */
async function bundleHelpers() {
  await build({ ...shared(), entryPoints: { 'runner-main': `${root}src/runtime/runner-main.ts` } });
}

async function compileLibrary() {
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], {
    stdio: 'inherit',
  });
}

function shared() {
  return {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: `${root}dist/bin`,
    external: ['koffi', 'lmdb'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
}
