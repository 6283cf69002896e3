// Compiles and runs main.ts; see docs/performance.md.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outfile = `${here}/../node_modules/.cache/bench-${process.pid}.mjs`;
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [`${here}/main.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
});
process.env.BENCH_DIRECTORY = here;
try {
  await import(outfile);
} finally {
  rmSync(outfile, { force: true });
}
