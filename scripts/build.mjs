// Builds dist/: the typed library (tsc) and the bundled command (esbuild). With --command, only the command; with
// --unchecked, without a check of types.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build, transform } from 'esbuild';
import { rolldown } from 'rolldown';
import { bundleTypes } from './bundle-types.mjs';
import { bundledLicenses } from './bundled-licenses.mjs';

const root = `${import.meta.dirname}/../`;
const bin = `${root}dist/bin`;

/**
 * A shell runs the second line as a command; Node.js reads it as a string and a comment. Without `--`, Node.js takes
 * `--env-file` for its own option, at any position; `env -S` could do this in one line, but not every system has it.
 * Package linters do not accept `/bin/sh` as the start of a command. A larger young generation spares a cached build most
 * of its garbage collections: 6 % of its time. It does not grow further: that took a third of the memory of a COPY of
 * 50,000 files, and saved nothing.
 */
const SHELL_START =
  '#!/usr/bin/env sh\n":" //; exec node --min-semi-space-size=8 --max-semi-space-size=8 -- "$0" "$@"';

const MINIFIED = { minifySyntax: true, minifyWhitespace: true, legalComments: 'none' };
const COMMON_JS = {
  ...MINIFIED,
  outdir: bin,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'warning',
};

await rm(`${root}dist`, { recursive: true, force: true });
const library = process.argv.includes('--command') ? [] : [compileLibrary()];
await Promise.all([bundleCommand(), bundlePage(), ...library]);
await Promise.all([writeManual(), writeAnswers()]);

/**
 * The command and the programs that it starts. CommonJS, since loading ES modules, and the names of Node's built-in
 * modules, would take longer than a cached build.
 */
async function bundleCommand() {
  await mkdir(bin, { recursive: true });
  const [chunks, runner] = await Promise.all([splitCommand(), bundleRunner()]);
  const digest = createHash('sha256');
  for (const { fileName, code } of chunks) {
    await writeFile(`${bin}/${fileName}`, code);
    digest.update(`${fileName} ${code.length}\n${code}`);
  }
  // An old Node.js must be able to read this one, to report that it is too old.
  await build({
    ...COMMON_JS,
    entryPoints: { lamina: `${root}src/cli/start.ts` },
    target: 'node12',
    define: {
      'import.meta.dirname': '__dirname',
      COMMAND_DIGEST: JSON.stringify(digest.digest('hex').slice(0, 16)),
    },
  });
  await writeFile(`${bin}/package.json`, '{ "type": "commonjs" }\n');
  const modules = [...chunks.flatMap((chunk) => chunk.moduleIds), ...runner];
  await writeFile(`${bin}/LICENSES`, await bundledLicenses(root, modules));
  const start = await readFile(`${bin}/lamina.js`, 'utf8');
  await writeFile(`${bin}/lamina.js`, `${SHELL_START}\n${start}`);
  await chmod(`${bin}/lamina.js`, 0o755);
}

/**
 * In chunks that are loaded when met: `command.js`, then what every call needs, then what a cached build needs. Each is
 * one file, since many small ones take longer to read.
 */
async function splitCommand() {
  const bundle = await rolldown({
    input: { command: `${root}src/cli/main.ts` },
    platform: 'node',
    // Its native parts are not bundled.
    external: ['koffi'],
    // A folder that is loaded when met is also part of a chunk that is loaded at once: nothing is lost.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.generate({
    format: 'cjs',
    exports: 'named',
    chunkFileNames: '[name].js',
    comments: false,
    codeSplitting: {
      groups: [
        { name: 'main', test: /\/src\/cli\/main\.ts$/, priority: 3 },
        { name: 'call', test: /\/src\/(?:lamina|runtime\/index)\.ts$/, priority: 2 },
        {
          name: 'build',
          test: /\/src\/(?:cli\/commands|builder)\/(?:build|index)\.ts$/,
          priority: 1,
        },
      ],
    },
  });
  return Promise.all(
    output.map(async (chunk) => {
      const { code } = await transform(chunk.code, { ...MINIFIED, target: 'node22.15' });
      refuseNonAscii(chunk.fileName, code);
      return { fileName: chunk.fileName, code, moduleIds: chunk.moduleIds };
    }),
  );
}

/** The command is read as ASCII, which needs no decoding. Strings are escaped; regular expressions are not. */
function refuseNonAscii(file, code) {
  const found = /.{0,60}[^\x00-\x7f].{0,60}/.exec(code);
  if (found !== null) throw new Error(`${file} is not ASCII; write \\uNNNN in: ${found[0]}`);
}

/** @returns the modules in it */
async function bundleRunner() {
  const { metafile } = await build({
    ...COMMON_JS,
    entryPoints: { 'runner-main': `${root}src/runtime/oci/runner-main.ts` },
    target: 'node22.15',
    external: ['koffi'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: {
      js: `const importMetaUrl = require("url").pathToFileURL(__filename).href;${await lazyRequire()}`,
    },
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}

/** Makes `require` load what most steps do not need, such as cryptography and terminals, at its first use. */
async function lazyRequire() {
  const source = await readFile(`${root}src/cli/lazy-built-in.ts`, 'utf8');
  const { code } = await transform(source, {
    ...{ minifySyntax: true, minifyWhitespace: true, loader: 'ts' },
    ...{ format: 'iife', globalName: 'lazy' },
  });
  return `${code.trim()}require=(load=>id=>lazy.lazyBuiltIn(id,load))(require);`;
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
  await writeFile(
    `${root}dist/web/LICENSES`,
    await bundledLicenses(root, Object.keys(metafile.inputs)),
  );
}

/** The library's modules, and one file of declarations instead of one per module. */
async function compileLibrary() {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const check = process.argv.includes('--unchecked') ? ['--noCheck'] : [];
  const args = [tsc, '-p', `${root}tsconfig.build.json`, ...check];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  // tsc has printed the errors.
  if (status !== 0) process.exit(1);
  await bundleTypes(`${root}dist/types/index.d.ts`, `${root}dist/lib`);
  await rm(`${root}dist/types`, { recursive: true });
}

/** What `src/cli/fixed-answer.ts` prints. */
async function writeAnswers() {
  for (const name of ['version', 'help']) {
    const text = execFileSync(process.execPath, [`${bin}/lamina.js`, `--${name}`]);
    await writeFile(`${bin}/${name}.txt`, text);
  }
}

/** `npm install -g` installs it where `man lamina` finds it. */
async function writeManual() {
  const page = execFileSync(process.execPath, [`${bin}/lamina.js`, '__manual']);
  await mkdir(`${root}dist/man`);
  await writeFile(`${root}dist/man/lamina.1`, page);
}
