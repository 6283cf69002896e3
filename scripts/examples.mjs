// Builds the examples, runs the images, and shows sizes and times: npm run examples [-- [--write] NAME…]
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAnswer, checkImage, checkSingleStage, checkWarm } from './examples/checks.mjs';
import { inspect, succeed } from './examples/lamina.mjs';
import { examples } from './examples/list.mjs';
import { reportTable, writeReport } from './examples/report.mjs';
import { Services } from './examples/services.mjs';
import { ExampleStore } from './examples/store.mjs';
import { installPackages, laminaProgram, root, run, say } from './host.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

/**
 * @typedef {object} Measured
 * @property {number} naive bytes
 * @property {number} multi bytes
 * @property {number} cold milliseconds
 * @property {number} warm
 * @property {number} changed
 */

// Steps trust the certificates that were added to this machine, if any.
const TRUST = ['--ca-certificates', 'host'];

// Measurements change a file that git tracks only with --write.
const writes = process.argv.includes('--write');
const asked = process.argv.slice(2).filter((word) => word !== '--write');
const chosen = asked.length === 0 ? examples : examples.filter(({ name }) => asked.includes(name));
const unknown = asked.filter((name) => !examples.some((example) => example.name === name));
if (unknown.length > 0) {
  const names = examples.map(({ name }) => name).join(', ');
  process.stderr.write(`no example ${unknown.join(', ')}; there are ${names}\n`);
  process.exit(1);
}

continueWithPinnedNode();
installPackages({
  runc: 'runc',
  mmdebstrap: 'mmdebstrap',
  'qemu-user-static': '/usr/bin/qemu-aarch64-static',
});
if (!existsSync(laminaProgram)) run(process.execPath, ['scripts/build.mjs']);

const services = new Services();
const measured = new Map();
try {
  say('Creating the base images');
  for (const base of new Set(chosen.flatMap(basesOf))) await succeed(['base', '--quiet', base]);
  for (const example of chosen) {
    measured.set(example.name, await inItsOwnStore(example));
    if (writes) writeReport(examples, measured);
  }
  say('All examples work.');
  process.stdout.write(reportTable(chosen, measured));
  if (writes) say('The table is in examples/README.md.');
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
} finally {
  services.close();
}

function basesOf({ bases = [] }) {
  return ['debian:bookworm-slim', ...bases];
}

/** A store with only base images, so that a cold build also has empty cache mounts. */
async function inItsOwnStore(example) {
  const store = new ExampleStore();
  try {
    const archive = join(store.directory, 'bases.tar');
    await succeed(['save', '-o', archive, ...basesOf(example)]);
    await succeed(['load', '--quiet', '-i', archive], store);
    return await measure(example, store.env);
  } finally {
    store.remove();
  }
}

/** @returns {Promise<Measured>} */
async function measure(example, storeEnv) {
  const { name } = example;
  const directory = `${root}examples/${name}`;
  const [image, changedImage, naiveImage] = ['latest', 'changed', 'naive'].map(
    (tag) => `example-${name}:${tag}`,
  );
  const { args, naiveArgs, hidden, ...extras } = await prepared(example);
  const env = { ...storeEnv, ...extras.env };
  const build = (tag, context, more) =>
    succeed(['build', ...TRUST, '--progress=plain', '-t', tag, ...more, context], { env });

  say(`${name}: cold`);
  const cold = await build(image, directory, args);
  say(`${name}: warm`);
  const warm = await build(image, directory, args);
  checkWarm(example, warm.stderr);
  await checkImage(example, image, { env, hidden });
  await checkAnswer(example, image, { env, expected: example.expect });

  say(`${name}: one line changed`);
  const changed = await withChange(example, directory, async (copy, expected) => {
    const result = await build(changedImage, copy, args);
    await checkAnswer(example, changedImage, { env, expected });
    return result;
  });

  await checkOtherPlatform(example, directory, { env, args });

  say(`${name}: in one stage`);
  await build(naiveImage, directory, ['-f', `${directory}/Dockerfile.naive`, ...naiveArgs]);
  await checkAnswer(example, naiveImage, { env, expected: example.expect });
  const naive = (await inspect(naiveImage, env)).Size;
  await checkSingleStage(example, image, { env, naive });
  return {
    naive,
    multi: (await inspect(image, env)).Size,
    cold: cold.milliseconds,
    warm: warm.milliseconds,
    changed: changed.milliseconds,
  };
}

/** Builds for two platforms at once; an emulator runs the program of the other platform. */
async function checkOtherPlatform(example, directory, { env, args }) {
  const { name, bases = [], otherPlatform, otherAnswer } = example;
  if (otherPlatform === undefined) return;
  say(`${name}: for ${otherPlatform} too`);
  for (const base of bases)
    await succeed(['base', '--quiet', '--platform', otherPlatform, base], { env });
  const image = `example-${name}:platforms`;
  const platforms = ['--platform', `local,${otherPlatform}`];
  await succeed(['build', ...TRUST, '--quiet', '-t', image, ...platforms, ...args, directory], {
    env,
  });
  const flags = ['--platform', otherPlatform];
  await checkAnswer(example, image, { env, expected: otherAnswer, flags });
}

/** @returns {Promise<import('./examples/list.mjs').BuildExtras>} */
async function prepared({ prepare }) {
  return (await prepare?.(services)) ?? { args: [], naiveArgs: [], env: {} };
}

/** Calls `work` with a copy of the project in which one line is changed, and with the answer to expect. */
async function withChange({ change: [file, from, to], expect, name }, directory, work) {
  const copy = mkdtempSync(join(tmpdir(), `lamina-example-${name}-`));
  try {
    cpSync(directory, copy, { recursive: true, preserveTimestamps: true });
    const text = readFileSync(join(copy, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${name}: no "${from}" in ${file}`);
    writeFileSync(join(copy, file), text.replace(from, to));
    return await work(copy, expect.replace(from, to));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
