// Builds dist/: the typed library (tsc) and the bundled command (esbuild).
import { execFileSync } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundledLicenses } from './bundled-licenses.mjs';

const root = new URL('..', import.meta.url).pathname;
const bin = `${root}dist/bin`;

/**
 * A shell reads the second line as a command, Node.js as a string and a comment. Without `--` Node 20 takes `--env-file`,
 * wherever it stands, for an option of its own; `env -S` could say so in one line, but not every system's env has it.
 */
const SHELL_START = '#!/bin/sh\n":" //; exec node -- "$0" "$@"';

await rm(`${root}dist`, { recursive: true, force: true });
await Promise.all([bundleCommand(), compileLibrary()]);
execFileSync(process.execPath, [`${root}scripts/compile-command.mjs`], { stdio: 'pipe' });

/**
 * The command and what it starts: CommonJS, since the ES module loader and the names it reads off Node's built-in
 * modules cost more than a cached build does.
 */
async function bundleCommand() {
  const { metafile } = await build({
    entryPoints: {
      lamina: `${root}src/cli/start.ts`,
      command: `${root}src/cli/main.ts`,
      'load-command': `${root}src/cli/load-command.ts`,
      'runner-main': `${root}src/runtime/runner-main.ts`,
    },
    outdir: bin,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Its native parts stay outside.
    external: ['koffi'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  await writeFile(`${bin}/package.json`, '{ "type": "commonjs" }\n');
  await writeFile(`${bin}/LICENSES`, await bundledLicenses(root, metafile));
  const start = await readFile(`${bin}/lamina.js`, 'utf8');
  await writeFile(`${bin}/lamina.js`, `${SHELL_START}\n${start}`);
  await chmod(`${bin}/lamina.js`, 0o755);
}

async function compileLibrary() {
  execFileSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`],
    {
      stdio: 'inherit',
    },
  );
}
