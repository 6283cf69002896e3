/** What the container of an image does: the optimizer keeps a change only if it does the same as before. */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImageTest, Lamina } from '../api/index.ts';
import { jointSignal } from '../concurrency/index.ts';
import type { Environment } from '../environment.ts';
import type { ContainerConfig } from '../oci/index.ts';
import { expectFreePort } from './free-port.ts';

export interface Observation {
  /** `ended`: its process ended; `running`: it did not; `answered`: it answered a request; `failed`: the test failed. */
  readonly kind: 'ended' | 'running' | 'answered' | 'failed';
  /** Exit status, or status of the answer. */
  readonly status: number;
  /** Standard output, body of the answer, or what failed; undefined: it varies from time to time. */
  readonly text: string | undefined;
}

export interface ObserveOptions {
  readonly lamina: Pick<Lamina, 'run'>;
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
  /** What the container did without changes: one that ended then gets more time to end. */
  readonly before?: Observation | undefined;
}

/** Milliseconds after which a container that has not ended is one that keeps running; a busy machine takes seconds to start it. */
const ALIVE_AFTER = 10_000;
const ENDS_WITHIN = 60_000;
/** Milliseconds that a server has to answer, and a script has to end. */
const ANSWERS_WITHIN = 120_000;
const BETWEEN_REQUESTS = 100;
/** Characters of output that are kept. */
const MOST_TEXT = 1 << 20;

/**
 * Starts a container of the image and watches it until the test is over; then the container is stopped.
 * @throws AppError OPTIMIZE_PORT_TAKEN, those of `run`
 */
export async function observe(
  image: string,
  test: ImageTest,
  options: ObserveOptions,
): Promise<Observation> {
  if (test.kind !== 'http') return await watch(image, test, options);
  await expectFreePort(test.port);
  const observed = await watch(image, test, options);
  // One that started in between would have answered as well.
  await expectFreePort(test.port);
  return observed;
}

async function watch(
  image: string,
  test: ImageTest,
  options: ObserveOptions,
): Promise<Observation> {
  const stop = new AbortController();
  const signal = jointSignal(options.signal, stop.signal);
  const words = test.kind === 'command' ? test.words : [];
  const end = runToEnd(image, words, { ...options, signal });
  // The container that is stopped at the end rejects.
  end.catch(() => {});
  try {
    switch (test.kind) {
      case 'command': {
        const ended = await end;
        return ended.status === 0
          ? { ...ended, text: undefined }
          : failed(`the test ended with status ${ended.status}`, ended);
      }
      case 'start':
        return await Promise.race([end, stillRunning(options.before, signal)]);
      case 'http':
        return await Promise.race([
          answerOf(`http://127.0.0.1:${test.port}${test.path}`, signal),
          end.then((ended) => failed(`the container ended with status ${ended.status}`, ended)),
        ]);
      case 'script':
        return await runScript(test.file, { ...options.env, LAMINA_IMAGE: image }, signal);
    }
  } finally {
    stop.abort();
    await end.catch(() => {});
  }
}

/** How the second container behaved in another way than the first one; undefined: it did not. */
export function difference(
  before: Observation,
  after: Observation | undefined,
): string | undefined {
  if (after === undefined || after.kind === 'failed') return after?.text ?? 'the test fails';
  if (before.kind !== after.kind || before.status !== after.status) {
    return `${described(after)}; before, ${described(before)}`;
  }
  if (before.text === undefined || before.text === after.text) return undefined;
  return before.kind === 'answered'
    ? 'the body of the answer differs'
    : 'the output differs: a test says what must stay the same';
}

/**
 * Runs the image's health check in a container of its own, for the files that it uses: whether it succeeds does not matter
 * without the program.
 */
export async function useHealthcheck(
  image: string,
  { Healthcheck: check, Shell: shell = ['/bin/sh', '-c'] }: ContainerConfig,
  { lamina, signal }: ObserveOptions,
): Promise<void> {
  const [kind, ...words] = check?.Test ?? [];
  const command = kind === 'CMD' ? words : kind === 'CMD-SHELL' ? [...shell, ...words] : [];
  if (command.length === 0) return;
  const silent = { stdout: () => {}, stderr: () => {} };
  await lamina.run({ image, command, entrypoint: '', stdio: silent, pull: 'never', signal });
}

function described({ kind, status }: Observation): string {
  if (kind === 'running') return 'the container kept running';
  return kind === 'answered' ? `the answer had status ${status}` : `it ended with status ${status}`;
}

async function runToEnd(
  image: string,
  command: readonly string[],
  { lamina, signal }: ObserveOptions,
): Promise<Observation> {
  let text = '';
  const take = (data: Uint8Array) => {
    if (text.length < MOST_TEXT) text += Buffer.from(data).toString('latin1');
  };
  let errors = '';
  const takeErrors = (data: Uint8Array) => {
    errors = (errors + Buffer.from(data).toString()).slice(-2000);
  };
  const stdio = { stdout: take, stderr: takeErrors };
  const { exitCode } = await lamina.run({ image, command, stdio, pull: 'never', signal });
  return { kind: 'ended', status: exitCode, text: exitCode === 0 ? text : text || errors };
}

async function stillRunning(
  before: Observation | undefined,
  signal: AbortSignal,
): Promise<Observation> {
  const milliseconds = before?.kind === 'ended' ? ENDS_WITHIN : ALIVE_AFTER;
  await pause(milliseconds, undefined, { signal });
  return { kind: 'running', status: 0, text: '' };
}

async function answerOf(url: string, signal: AbortSignal): Promise<Observation> {
  const until = Date.now() + ANSWERS_WITHIN;
  for (;;) {
    try {
      const answer = await fetch(url, { redirect: 'manual', signal });
      return { kind: 'answered', status: answer.status, text: await answer.text() };
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() > until) return failed(`${url} does not answer: ${reasonOf(error)}`);
      await pause(BETWEEN_REQUESTS, undefined, { signal });
    }
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** A container shares the network of this machine: its ports are those of the loopback address. */
function runScript(file: string, env: Environment, signal: AbortSignal): Promise<Observation> {
  const settings = {
    env: { ...env, LAMINA_ADDRESS: '127.0.0.1' },
    signal,
    timeout: ANSWERS_WITHIN,
  };
  return new Promise((resolve, reject) => {
    execFile(file, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'ended', status: 0, text: '' });
      else if (signal.aborted) reject(signal.reason);
      else resolve(failed(lastLine(stderr) || lastLine(stdout) || error.message));
    });
  });
}

function failed(what: string, ended?: Observation): Observation {
  const said = lastLine(ended?.text ?? '');
  return { kind: 'failed', status: 1, text: said === '' ? what : `${what}: ${said}` };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
