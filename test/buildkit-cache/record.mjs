// Compiles and runs record.ts; see CONTRIBUTING.md.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outfile = `${here}/../../node_modules/.cache/buildkit-cache-record.mjs`;
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [`${here}/record.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['koffi', 'lmdb'],
  logLevel: 'warning',
});
process.env.BUILDKIT_CACHE_ROOT = here;
try {
  await import(outfile);
} finally {
  rmSync(outfile, { force: true });
}
