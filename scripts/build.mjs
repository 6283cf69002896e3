// Builds dist/: the typed library (tsc) and the bundled command (esbuild).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleTypes } from './bundle-types.mjs';
import { bundledLicenses } from './bundled-licenses.mjs';

const root = `${import.meta.dirname}/../`;
const bin = `${root}dist/bin`;

/**
 * A shell runs the second line as a command; Node.js reads it as a string and a comment. Without `--`, Node.js takes
 * `--env-file` for its own option, at any position; `env -S` could do this in one line, but not every system has it.
 * Package linters do not accept `/bin/sh` as the start of a command. A larger young generation spares a cached build most
 * of its garbage collections: 6 % of its time.
 */
const SHELL_START = '#!/usr/bin/env sh\n":" //; exec node --min-semi-space-size=16 -- "$0" "$@"';

await rm(`${root}dist`, { recursive: true, force: true });
await Promise.all([bundleCommand(), bundlePage(), compileLibrary()]);
await writeManual();

/**
 * The command and the programs that it starts. CommonJS, since loading ES modules, and the names of Node's built-in
 * modules, would take longer than a cached build.
 */
async function bundleCommand() {
  const settings = {
    outdir: bin,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // Its native parts are not bundled.
    external: ['koffi'],
    define: { 'import.meta.url': 'importMetaUrl' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: 'const importMetaUrl = require("url").pathToFileURL(__filename).href;' },
  };
  const { metafile } = await build({
    ...settings,
    entryPoints: {
      command: `${root}src/cli/main.ts`,
      'runner-main': `${root}src/runtime/oci/runner-main.ts`,
    },
    target: 'node22.15',
    metafile: true,
  });
  const command = await readFile(`${bin}/command.js`);
  const digest = createHash('sha256').update(command).digest('hex').slice(0, 16);
  // An old Node.js must be able to read this one, to report that it is too old.
  await build({
    ...settings,
    entryPoints: { lamina: `${root}src/cli/start.ts` },
    target: 'node12',
    define: { 'import.meta.dirname': '__dirname', COMMAND_DIGEST: JSON.stringify(digest) },
    banner: {},
  });
  await writeFile(`${bin}/package.json`, '{ "type": "commonjs" }\n');
  await writeFile(`${bin}/LICENSES`, await bundledLicenses(root, metafile));
  const start = await readFile(`${bin}/lamina.js`, 'utf8');
  await writeFile(`${bin}/lamina.js`, `${SHELL_START}\n${start}`);
  await chmod(`${bin}/lamina.js`, 0o755);
}

/** What `lamina explore --web` shows: a script and a style sheet that load nothing else. */
async function bundlePage() {
  const { metafile } = await build({
    entryPoints: { page: `${root}src/web/page/main.tsx` },
    outdir: `${root}dist/web`,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: ['chrome109', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  await writeFile(`${root}dist/web/LICENSES`, await bundledLicenses(root, metafile));
}

/** The library's modules, and one file of declarations instead of one per module. */
async function compileLibrary() {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { status } = spawnSync(process.execPath, [tsc, '-p', `${root}tsconfig.build.json`], {
    stdio: 'inherit',
  });
  // tsc has printed the errors.
  if (status !== 0) process.exit(1);
  await bundleTypes(`${root}dist/types/index.d.ts`, `${root}dist/lib`);
  await rm(`${root}dist/types`, { recursive: true });
}

/** `npm install -g` installs it where `man lamina` finds it. */
async function writeManual() {
  const page = execFileSync(process.execPath, [`${bin}/lamina.js`, '__manual']);
  await mkdir(`${root}dist/man`);
  await writeFile(`${root}dist/man/lamina.1`, page);
}
