// Checks of an example's image, and of the program in it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect, start, succeed } from './lamina.mjs';
import { freePort } from './services.mjs';

const START_SECONDS = 240;
const STOP_SECONDS = 5;

/** A build without changes must not run any step. */
export function checkWarm({ name }, log) {
  const steps = [...log.matchAll(/^(#\d+) \[.*\] (?:RUN|COPY|ADD|WORKDIR) /gm)].map(([, id]) => id);
  const done = steps.filter((id) => !log.includes(`\n${id} CACHED\n`));
  if (steps.length === 0 || done.length > 0) {
    throw new Error(`${name} is not cached where nothing has changed:\n${log}`);
  }
}

/** The image must have an ordinary user, a health check if it is a service, and no unwanted files. */
export async function checkImage({ name, answers }, image, { env, hidden }) {
  const { Config } = await inspect(image, env);
  if (/^(|0|root)(:|$)/.test(Config.User ?? '')) throw new Error(`${name} runs as root`);
  if (answers === 'http' && !Config.Healthcheck) throw new Error(`${name} has no HEALTHCHECK`);
  if (hidden !== undefined && (await everythingIn(image, env)).some((it) => it.includes(hidden))) {
    throw new Error(`${name} shows its secret`);
  }
}

async function everythingIn(image, env) {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-example-hidden-'));
  try {
    const archive = join(directory, 'image.tar');
    const files = join(directory, 'files.tar');
    await succeed(['save', '-o', archive, image], { env });
    await succeed(['build', '--quiet', '-o', `type=tar,dest=${files}`, '-'], {
      env,
      input: `FROM ${image}\n`,
    });
    const history = await succeed(['history', '--no-trunc', image], { env });
    return [readFileSync(archive), readFileSync(files), history.stdout];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Twins differ by more than the number of stages: some have no cache mounts, or install what a smaller base of the last stage has. */
const MOST_OFF = 0.05;

/** What a report says that a single stage would have shipped must be what the twin with a single stage ships. */
export async function checkSingleStage({ name }, image, { env, naive }) {
  const { stdout } = await succeed(['report', '--format', 'json', image], { env });
  const { singleStage } = JSON.parse(stdout);
  if (!singleStage) throw new Error(`the report of ${name} does not know its single stage`);
  const off = singleStage.bytes / naive - 1;
  process.stdout.write(`${image}: a single stage is ${(off * 100).toFixed(1)} % off its twin\n`);
  if (!(Math.abs(off) <= MOST_OFF)) {
    throw new Error(
      `the report of ${name} says that a single stage ships ${singleStage.bytes} bytes, not ${naive}`,
    );
  }
}

/** The program must give the expected answer; a service must also pass its health check. */
export async function checkAnswer(example, image, { env, expected, flags = [] }) {
  const answer =
    example.answers === 'http'
      ? await request(example, image, { env, flags })
      : (await succeed(['run', '--rm', ...flags, image], { env })).stdout;
  if (!answer.includes(expected)) {
    throw new Error(`${example.name} should answer "${expected}", but it said: ${answer}`);
  }
  process.stdout.write(`${image} answers: ${answer.trim()}\n`);
}

/** Starts a service, sends one request, and stops it. */
async function request({ path, port: variable = 'PORT' }, image, { env, flags }) {
  const port = await freePort();
  const setting = [...flags, '-e', `${variable}=${port}`];
  const child = start(['run', '--rm', ...setting, image], env);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log += data));
  const ended = new Promise((done) => child.on('close', done));
  try {
    for (let left = START_SECONDS * 5; left > 0 && child.exitCode === null; left--) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      if (answer?.ok) {
        const text = await answer.text();
        await checkHealth(image, setting, env);
        return text;
      }
      await wait(200);
    }
    throw new Error(`${image} does not answer: ${log}`);
  } finally {
    child.kill('SIGTERM');
    // The first process of a container gets this signal only if it has a handler for it.
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
    await ended;
    clearTimeout(patience);
  }
}

/** Runs the image's HEALTHCHECK as an engine would: containers share this machine's network. */
async function checkHealth(image, setting, env) {
  const [kind, program, ...args] = (await inspect(image, env)).Config.Healthcheck?.Test ?? [];
  if (kind !== 'CMD') return;
  await succeed(['run', '--rm', ...setting, '--entrypoint', program, image, ...args], { env });
}
