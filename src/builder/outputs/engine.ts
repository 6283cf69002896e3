/**
 * Engines whose image store a result can be loaded into: Docker, by its API or its command, and Podman, by its command.
 * Found when needed.
 */
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { delimiter, join } from 'node:path';
import type { ByteSink } from '../../destination/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import {
  DOCKER_SOCKET,
  type DockerAddress,
  dockerAddress,
  dockerMessage,
  dockerRequest,
} from '../../image/index.ts';
import { hasErrorCode } from '../../system/index.ts';

export interface Engine {
  /** `docker` or `podman`. */
  readonly name: string;
  /**
   * Loads an archive.
   *
   * @param send writes the archive
   * @throws AppError EXPORT_ENGINE, and what `send` throws
   */
  load(send: (sink: ByteSink) => Promise<void>, signal?: AbortSignal): Promise<void>;
}

/** Bytes of an engine's error to show. */
const MAX_ANSWER = 64 * 1024;

/**
 * The engine of this machine: Docker if it answers, else Podman if it is installed. `LAMINA_LOAD` selects one, or
 * `none`.
 *
 * @param context of docker's command line; undefined: DOCKER_HOST, else the usual socket
 * @throws AppError EXPORT_ENGINE when the requested engine does not exist
 */
export async function findEngine(
  env: Environment,
  context: string | undefined,
): Promise<Engine | undefined> {
  const wanted = env.LAMINA_LOAD ?? '';
  if (!['', 'docker', 'podman', 'none'].includes(wanted)) {
    throw notThere(`LAMINA_LOAD is not an engine: '${wanted}'`, 'docker, podman, or none');
  }
  if (context !== undefined) return command(env, 'docker', ['--context', context, 'load', '-q']);
  if (wanted === 'none') return undefined;
  if (wanted !== 'podman') {
    const docker = await findDocker(env, wanted === 'docker');
    if (docker !== undefined) return docker;
  }
  const podman = programOf(env, 'podman');
  if (podman !== undefined) return engineOf('podman', podman, ['load', '-q'], env);
  if (wanted === '') return undefined;
  throw notThere(
    `${wanted} is not installed, so the image cannot be loaded`,
    'an installed engine',
  );
}

async function findDocker(env: Environment, isWanted: boolean): Promise<Engine | undefined> {
  const host = env.DOCKER_HOST ?? '';
  if (host === '' && (env.DOCKER_CONTEXT ?? '') !== '')
    return command(env, 'docker', ['load', '-q']);
  const address = dockerAddress(env);
  // Docker's own command handles ssh and TLS.
  if (address === undefined) return command(env, 'docker', ['load', '-q']);
  if (host === '' && !existsSync(DOCKER_SOCKET) && !isWanted) return undefined;
  const failure = await ping(address);
  if (failure === undefined) return dockerApi(address);
  if (host === '' && !isWanted) return undefined;
  throw new AppError('EXPORT_ENGINE', `docker does not answer at ${host || DOCKER_SOCKET}`, {
    hint: 'start it, or choose another one with DOCKER_HOST; LAMINA_LOAD=none keeps the image in the store of lamina',
    cause: failure,
  });
}

async function ping(address: DockerAddress): Promise<unknown> {
  try {
    const request = dockerRequest({ ...address, path: '/_ping', method: 'GET' });
    const answer = answerOf(request);
    request.end();
    const { statusCode } = await answer;
    return statusCode === 200 ? undefined : new Error(`status ${statusCode}`);
  } catch (error) {
    return error;
  }
}

function dockerApi(address: DockerAddress): Engine {
  return {
    name: 'docker',
    async load(send, signal) {
      const headers = { 'Content-Type': 'application/x-tar' };
      const path = '/images/load?quiet=1';
      const options = { ...address, path, method: 'POST', headers };
      const request = dockerRequest({ ...options, ...(signal && { signal }) });
      const answer = answerOf(request);
      // It may answer, or hang up, before it has read everything.
      let early: unknown;
      answer.catch((error: unknown) => {
        early = error;
      });
      try {
        await send(writerTo(request, () => early));
      } catch (error) {
        request.destroy();
        throw error;
      }
      request.end();
      const { statusCode, body } = await answer;
      const said = dockerMessage(body);
      if (statusCode !== 200 || said !== undefined) {
        throw refused('docker', said ?? `it answered with status ${statusCode}`);
      }
    },
  };
}

interface Answer {
  readonly statusCode: number | undefined;
  readonly body: string;
}

function answerOf(request: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (body.length < MAX_ANSWER) body += text;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ statusCode: response.statusCode, body }));
    });
  });
}

function command(env: Environment, name: string, args: readonly string[]): Engine {
  const program = programOf(env, name);
  if (program !== undefined) return engineOf(name, program, args, env);
  throw notThere(`the command ${name} is needed to load the image`, `${name} on the PATH`);
}

function engineOf(
  name: string,
  program: string,
  args: readonly string[],
  env: Environment,
): Engine {
  return {
    name,
    async load(send, signal) {
      const { spawn } = process.getBuiltinModule('node:child_process');
      const child = spawn(program, args, {
        env: { ...env },
        stdio: ['pipe', 'ignore', 'pipe'],
        ...(signal && { signal }),
      });
      const ended = endOf(child);
      try {
        await send(writerTo(child.stdin, () => undefined));
      } catch (error) {
        // It ended before it read everything: its own error says more than a broken pipe.
        if (!hasErrorCode(error, 'EPIPE')) {
          child.kill();
          await ended;
          throw error;
        }
      }
      child.stdin.end();
      const { status, said } = await ended;
      signal?.throwIfAborted();
      if (status !== 0) throw refused(name, said);
    },
  };
}

function endOf(child: ChildProcess): Promise<{ status: number | null; said: string }> {
  let said = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => {
    if (said.length < MAX_ANSWER) said += text;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: null, said: error.message }));
    child.on('close', (status) => resolve({ status, said: said.trim() }));
  });
}

interface Writable {
  write(chunk: Buffer): boolean;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  once(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  off(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

const READY = ['drain', 'close', 'error'] as const;

/** @param failure of the other side, known before all is written */
function writerTo(stream: Writable, failure: () => unknown): ByteSink {
  let broken: unknown;
  stream.on('error', (error: unknown) => {
    broken = error;
  });
  return async (chunk) => {
    const trouble = broken ?? failure();
    if (trouble !== undefined) throw trouble;
    // Archives are written from buffers that are reused.
    if (stream.write(Buffer.from(chunk))) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of READY) stream.off(event, done);
        resolve();
      };
      for (const event of READY) stream.once(event, done);
    });
  };
}

function programOf(env: Environment, name: string): string | undefined {
  const directories = (env.PATH ?? '').split(delimiter).filter((path) => path.startsWith('/'));
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function refused(engine: string, said: string): AppError {
  const [first = ''] = said.split('\n');
  return new AppError('EXPORT_ENGINE', `${engine} did not load the image: ${first.slice(0, 400)}`, {
    hint: `the image is in the store of lamina; try again with \`lamina save NAME | ${engine} load\``,
  });
}

function notThere(message: string, expected: string): AppError {
  return new AppError('EXPORT_ENGINE', message, {
    expected,
    hint: 'LAMINA_LOAD=none keeps the image in the store of lamina',
  });
}
