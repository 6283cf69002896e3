/** An ssh-agent of the build's own, for keys given as files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Backoff } from '../../concurrency/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { readInput } from '../../system/index.ts';
import { LARGEST_KEY } from './largest-key.ts';

export interface KeyAgentOptions {
  /** Host paths of private keys. */
  readonly keys: readonly string[];
  /** An empty directory of ours. */
  readonly directory: string;
  /** Has PATH. */
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

const SOCKET = 'agent';
/** The shell ends the agent when the pipe from lamina closes, however lamina ended. */
const WATCH = `command -v ssh-agent >/dev/null || exit 127
ssh-agent -D -a ${SOCKET} & agent=$!
read -r _
kill "$agent"; wait "$agent"`;
const START_PATIENCE = 5000;
/** An agent starts within milliseconds. */
const SOON = { longestMs: 20 };
/** Exit code of ssh-add when no agent answers. */
const NO_AGENT = 2;

/** A killed build leaves no agent with its keys. */
export class KeyAgent implements AsyncDisposable {
  readonly socket: string;
  readonly #process: ChildProcess;

  private constructor(socket: string, process: ChildProcess) {
    this.socket = socket;
    this.#process = process;
  }

  /** @throws AppError SSH_AGENT_UNAVAILABLE, SSH_KEY_UNUSABLE */
  static async start({ keys, directory, env, signal }: KeyAgentOptions): Promise<KeyAgent> {
    const child = spawn('/bin/sh', ['-c', WATCH], {
      cwd: directory,
      env: { ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await started(child, join(directory, SOCKET), signal);
    const agent = new KeyAgent(join(directory, SOCKET), child);
    try {
      for (const key of keys) await addKey(key, { directory, env, signal });
      return agent;
    } catch (error) {
      await agent[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.stdin?.destroy();
    await ended;
  }
}

async function started(
  child: ChildProcess,
  socket: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let failure: unknown;
  child.once('error', (error) => {
    failure = error;
  });
  child.stdin?.on('error', () => undefined);
  const end = Date.now() + START_PATIENCE;
  for (const backoff = new Backoff(SOON); !existsSync(socket); await backoff.pause()) {
    const isOver = failure !== undefined || child.exitCode !== null || Date.now() > end;
    if (isOver || signal?.aborted === true) {
      child.kill('SIGKILL');
      signal?.throwIfAborted();
      throw unavailable('ssh-agent', failure);
    }
  }
}

type AddContext = Omit<KeyAgentOptions, 'keys'>;

async function addKey(key: string, context: AddContext): Promise<void> {
  const bytes = await readInput(key, { limit: LARGEST_KEY, signal: context.signal });
  const end = Date.now() + START_PATIENCE;
  const backoff = new Backoff(SOON);
  let status = await runSshAdd(bytes, context);
  // The socket has its name a moment before the agent listens on it.
  while (status === NO_AGENT && Date.now() < end) {
    await backoff.pause(context.signal);
    status = await runSshAdd(bytes, context);
  }
  if (status === 0) return;
  throw new AppError('SSH_KEY_UNUSABLE', `the ssh key ${key} cannot be used`, {
    expected: 'a private key without a passphrase',
    hint: 'add the key to an agent, and forward the agent with --ssh default',
  });
}

/** The key comes through a pipe, so that ssh-add does not check the mode of its file. */
async function runSshAdd(
  key: Buffer,
  { directory, env, signal }: AddContext,
): Promise<number | null> {
  const child = spawn('ssh-add', ['-q', '-'], {
    cwd: directory,
    env: { ...env, SSH_AUTH_SOCK: SOCKET, SSH_ASKPASS_REQUIRE: 'never', DISPLAY: undefined },
    stdio: ['pipe', 'ignore', 'ignore'],
    // Without a terminal it cannot ask for a passphrase.
    detached: true,
    signal,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(key);
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(signal?.aborted === true ? signal.reason : unavailable('ssh-add', error)),
    );
    child.once('close', resolve);
  });
}

function unavailable(program: string, cause: unknown): AppError {
  return new AppError('SSH_AGENT_UNAVAILABLE', `${program} could not be started`, {
    hint: '--ssh with a key needs OpenSSH: install openssh-client, or forward a running agent',
    cause,
  });
}
