// Compiles and runs a program in TypeScript: `node scripts/run-typescript.mjs FILE [ARGUMENT…]`, from the root of the repository.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { build } from 'esbuild';

const [file = ''] = process.argv.splice(2, 1);
const outfile = resolve(`node_modules/.cache/${basename(file, '.ts')}-${process.pid}.mjs`);
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  format: 'esm',
  external: ['esbuild', 'koffi'],
  logLevel: 'warning',
});
// The compiled program is in another directory, and finds its files with this.
process.env.PROGRAM_DIRECTORY = resolve(dirname(file));
try {
  await import(outfile);
} finally {
  rmSync(outfile, { force: true });
}
