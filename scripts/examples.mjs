// Builds the examples, runs what comes out, and writes down sizes and times: npm run examples [-- NAME…]
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { examples } from './examples/list.mjs';
import { writeReport } from './examples/report.mjs';
import { freePort, Services } from './examples/services.mjs';
import { find, installNpmPackages, installPackages, lamina, root, run, say } from './host.mjs';

/**
 * @typedef {object} Measured
 * @property {number} naive bytes
 * @property {number} multi bytes
 * @property {number} cold milliseconds
 * @property {number} warm
 * @property {number} changed
 */

const KEPT = 'LAMINA_ROOT,LAMINA_CA_CERTIFICATES,PATH,EXAMPLE_TOKEN';
const START_SECONDS = 60;
const STOP_SECONDS = 5;
// Steps trust what somebody added to this machine; elsewhere that is nothing.
const TRUST = ['--ca-certificates', 'host'];

const asked = process.argv.slice(2);
const chosen = asked.length === 0 ? examples : examples.filter(({ name }) => asked.includes(name));
const unknown = asked.filter((name) => !examples.some((example) => example.name === name));
if (unknown.length > 0) {
  fail(
    `no example ${unknown.join(', ')}; there are ${examples.map(({ name }) => name).join(', ')}`,
  );
}

installNpmPackages();
installPackages({ runc: 'runc', mmdebstrap: 'mmdebstrap' });
if (!existsSync(lamina)) run('npm', ['run', '--silent', 'build']);

say('Making the base images');
for (const base of new Set([
  'debian:bookworm-slim',
  ...chosen.flatMap(({ bases = [] }) => bases),
])) {
  await succeed(['base', '--quiet', base]);
}

const services = new Services();
const measured = new Map();
try {
  for (const example of chosen) {
    measured.set(example.name, await measure(example));
    writeReport(examples, measured);
  }
} catch (error) {
  fail(error.message);
} finally {
  services.close();
}
say(`All examples work. The table is in examples/README.md`);
process.stdout.write(readFileSync(`${root}examples/README.md`, 'utf8'));

/** @returns {Promise<Measured>} */
async function measure(example) {
  const { name } = example;
  const directory = `${root}examples/${name}`;
  const image = `example-${name}`;
  const none = { args: [], naiveArgs: [], env: {} };
  const { args, naiveArgs, env, hidden } = (await example.prepare?.(services)) ?? none;
  const build = (tag, context, more) =>
    succeed(
      ['build', ...TRUST, '--progress=plain', '-t', `${image}:${tag}`, ...more, context],
      env,
    );

  say(`${name}: cold`);
  const cold = await build('latest', directory, ['--no-cache', ...args]);
  say(`${name}: warm`);
  const warm = await build('latest', directory, args);
  await checkImage(example, `${image}:latest`, hidden);
  await checkAnswer(example, `${image}:latest`, example.expect);

  say(`${name}: one line changed`);
  const changed = await withChange(example, directory, async (copy, expected) => {
    const result = await build('changed', copy, args);
    await checkAnswer(example, `${image}:changed`, expected);
    return result;
  });

  say(`${name}: in one stage`);
  await build('naive', directory, ['-f', `${directory}/Dockerfile.naive`, ...naiveArgs]);
  await checkAnswer(example, `${image}:naive`, example.expect);
  return {
    naive: (await inspect(`${image}:naive`)).Size,
    multi: (await inspect(`${image}:latest`)).Size,
    cold: cold.milliseconds,
    warm: warm.milliseconds,
    changed: changed.milliseconds,
  };
}

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

/** An ordinary user, a health check for services, and nothing of what has to stay out. */
async function checkImage({ name, answers }, image, hidden) {
  const { Config } = await inspect(image);
  if (/^(|0|root)(:|$)/.test(Config.User ?? '')) throw new Error(`${name} runs as root`);
  if (answers === 'http' && !Config.Healthcheck) throw new Error(`${name} has no HEALTHCHECK`);
  if (hidden === undefined) return;
  const output = mkdtempSync(join(tmpdir(), 'lamina-example-hidden-'));
  try {
    const archive = join(output, 'image.tar');
    await succeed(['save', '-o', archive, image]);
    const history = await succeed(['history', '--no-trunc', image]);
    const files = await succeed(
      ['build', '--quiet', '-o', `type=tar,dest=${archive}.files`, '-'],
      {},
      `FROM ${image}\n`,
    );
    const places = [
      readFileSync(archive),
      readFileSync(`${archive}.files`),
      history.stdout,
      files.stdout,
    ];
    if (places.some((place) => place.includes(hidden))) throw new Error(`${name} shows its secret`);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

async function checkAnswer({ name, answers, path }, image, expected) {
  const answer =
    answers === 'http'
      ? await request(image, path)
      : (await succeed(['run', '--rm', image])).stdout;
  if (!answer.includes(expected)) {
    throw new Error(`${name} should answer "${expected}", but it said: ${answer}`);
  }
  process.stdout.write(`${image} answers: ${answer.trim()}\n`);
}

/** Starts a service, asks it once, ends it. */
async function request(image, path) {
  const port = await freePort();
  const child = start(['run', '--rm', '-e', `PORT=${port}`, image]);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log += data));
  const ended = new Promise((done) => child.on('close', done));
  try {
    for (let left = START_SECONDS * 5; left > 0 && child.exitCode === null; left--) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      if (answer?.ok) return await answer.text();
      await wait(200);
    }
    throw new Error(`${image} does not answer: ${log}`);
  } finally {
    child.kill('SIGTERM');
    // The first process of a container that does not ask for this signal never gets it.
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
    await ended;
    clearTimeout(patience);
  }
}

async function inspect(image) {
  return JSON.parse((await succeed(['inspect', image])).stdout)[0];
}

/** Runs lamina; what it says is shown only if it fails. */
async function succeed(args, env = {}, input = '') {
  const started = performance.now();
  const child = start(args, env);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (output[name] += data));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await new Promise((done) => child.on('close', done));
  const milliseconds = performance.now() - started;
  if (status !== 0) {
    throw new Error(
      `lamina ${args.join(' ')} ended with ${status}:\n${output.stderr}${output.stdout}`,
    );
  }
  return { ...output, milliseconds };
}

function start(args, env = {}) {
  const command = [process.execPath, lamina, ...args];
  if (process.getuid?.() !== 0) command.unshift(find('sudo') ?? 'sudo', `--preserve-env=${KEPT}`);
  const [program, ...rest] = command;
  return spawn(program, rest, { cwd: root, env: { ...process.env, ...env } });
}

function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
