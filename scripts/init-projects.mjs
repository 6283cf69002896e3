// Lets generators make projects, and `lamina init` write their Dockerfiles; each image must answer: npm run init:projects [-- NAME…]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { generated } from '../test/init/list.mjs';
import { inspect, start, succeed } from './examples/lamina.mjs';
import { inStoreWith, megabytes, TRUST } from './examples/optimized.mjs';
import { installPackages, laminaProgram, run, say } from './host.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

const BASES = [
  'debian:trixie-slim',
  'gcr.io/distroless/static-debian13:nonroot',
  'gcr.io/distroless/cc-debian13:nonroot',
  'gcr.io/distroless/nodejs20-debian13:nonroot',
  'gcr.io/distroless/python3-debian13:nonroot',
];
const START_SECONDS = 60;
/** Of PyPI, by the program in them. */
const PACKAGES = { 'django-admin': 'django' };

const asked = process.argv.slice(2);
const chosen = generated.filter(({ name }) => asked.length === 0 || asked.includes(name));

continueWithPinnedNode();
installPackages({ runc: 'runc', mmdebstrap: 'mmdebstrap' });
if (!existsSync(laminaProgram)) run(process.execPath, ['scripts/build.mjs']);

const directory = mkdtempSync(join(tmpdir(), 'lamina-init-'));
const rows = [];
try {
  for (const base of BASES) await succeed(['base', '--quiet', base]);
  await inStoreWith(BASES, async (env) => {
    for (const project of chosen) rows.push(await rowOf(project, env));
  });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write(
  `| project | recognised as | image | answers |\n| --- | --- | ---: | --- |\n${rows.join('')}`,
);

async function rowOf(project, env) {
  const { name } = project;
  say(name);
  try {
    const { label, bytes } = await measure(project, env);
    return `| ${name} | ${label} | ${megabytes(bytes)} | yes |\n`;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name}: ${error.message}\n`);
    return `| ${name} |  |  | no |\n`;
  }
}

async function measure({ name, commands, files = {}, port, expect, environment = {} }, env) {
  for (const command of commands) generate(command);
  for (const [file, text] of Object.entries(files))
    writeFileSync(join(directory, name, file), text);
  const image = `init-${name}`;
  const { stderr } = await succeed(
    ['init', ...TRUST, '--progress=quiet', '-t', image, join(directory, name)],
    { env },
  );
  const settings = Object.entries(environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const command = ['run', '--rm', ...settings, image];
  const answer =
    port === undefined
      ? (await succeed(command, { env })).stdout
      : await request(command, { port, env });
  if (!answer.includes(expect)) throw new Error(`should answer "${expect}", not: ${answer}`);
  const [, label] = /^found: (.*)$/m.exec(stderr) ?? [];
  return { label, bytes: (await inspect(image, env)).Size };
}

/** @throws Error with the output of the generator */
function generate(words) {
  const command = words.map((word) => (word.startsWith('pip:') ? pythonTool(word.slice(4)) : word));
  const [program, ...args] = command;
  const environment = {
    ...process.env,
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NG_CLI_ANALYTICS: 'false',
  };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ cwd: directory, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}${stdout}`);
}

/** A program in a virtual environment. */
function pythonTool(name) {
  const tools = join(directory, '.tools');
  const program = join(tools, 'bin', name);
  if (!existsSync(tools)) generate(['python3', '-m', 'venv', tools]);
  if (!existsSync(program)) {
    generate([join(tools, 'bin/pip'), 'install', '--quiet', PACKAGES[name] ?? name]);
  }
  return program;
}

/** Starts the container, sends one request, and stops it. */
async function request(command, { port, env }) {
  if (await answerAt(port)) throw new Error(`another program listens on port ${port}`);
  const child = start(command, env);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log += data));
  const ended = new Promise((done) => child.on('close', done));
  try {
    for (let left = START_SECONDS * 5; left > 0 && child.exitCode === null; left--) {
      const answer = await answerAt(port);
      if (answer !== undefined) return answer;
      await wait(200);
    }
    throw new Error(`${command.at(-1)} does not answer: ${log}`);
  } finally {
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(patience);
  }
}

async function answerAt(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  return answer?.ok ? await answer.text() : undefined;
}
