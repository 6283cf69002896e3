/** The ssh agents given to a build: started, connected and ended here. */
import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BuildOptions, SshSource } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { checkInput, type Owner, readFailure } from '../../system/index.ts';
import { LARGEST_KEY } from './largest-key.ts';

export interface SshAgentsOptions extends Pick<BuildOptions, 'ssh' | 'signal'> {
  readonly env: Environment;
  /** Makes an empty directory that only this user can enter. */
  readonly temporaryDirectory: () => Promise<string>;
}

export interface SocketAccess {
  /** Owner on this machine; undefined: the current user. */
  readonly owner: Owner | undefined;
  readonly mode: number;
}

type Reached =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'keys'; readonly paths: readonly string[] };

export class SshAgents implements AsyncDisposable {
  readonly #options: SshAgentsOptions;
  readonly #sources: ReadonlyMap<string, Reached>;
  readonly #agents = new Map<string, Promise<string>>();
  readonly #owned: AsyncDisposable[] = [];
  #directory: Promise<string> | undefined;
  #count = 0;

  /** @throws AppError SSH_NO_AGENT, SSH_UNREADABLE, SSH_MIXED_SOURCES */
  constructor(options: SshAgentsOptions) {
    this.#options = options;
    const { ssh = [], env } = options;
    this.#sources = new Map(ssh.map((source) => [source.id, reach(source, env)]));
  }

  /** What was given for an agent; undefined when the build has none of this id. */
  source(id: string): SshSource | undefined {
    return this.#options.ssh?.findLast((source) => source.id === id);
  }

  /**
   * A new socket in front of an agent.
   * @returns its host path; undefined when the build has no agent of this id
   * @throws AppError SSH_AGENT_UNAVAILABLE, SSH_KEY_UNUSABLE
   */
  async socket(id: string, access: SocketAccess): Promise<string | undefined> {
    const source = this.#sources.get(id);
    if (source === undefined) return undefined;
    const agent = await this.#agent(id, source);
    const path = join(await this.#temporary(), `socket-${this.#count++}`);
    // Sockets and processes are loaded by the few builds that need them.
    const { AgentSocket } = await import('./agent-socket.ts');
    this.#owned.push(await AgentSocket.listen({ agent, path, ...access }));
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#agents.values()]);
    for (const owned of this.#owned.splice(0).reverse()) await owned[Symbol.asyncDispose]();
  }

  #agent(id: string, source: Reached): Promise<string> {
    const known = this.#agents.get(id);
    if (known !== undefined) return known;
    const agent = source.kind === 'socket' ? Promise.resolve(source.path) : this.#start(source);
    this.#agents.set(id, agent);
    return agent;
  }

  async #start({ paths }: { readonly paths: readonly string[] }): Promise<string> {
    const directory = join(await this.#temporary(), `agent-${this.#count++}`);
    mkdirSync(directory, { mode: 0o700 });
    const { env, signal } = this.#options;
    const { KeyAgent } = await import('./key-agent.ts');
    const agent = await KeyAgent.start({ keys: paths, directory, env, signal });
    this.#owned.push(agent);
    return agent.socket;
  }

  #temporary(): Promise<string> {
    this.#directory ??= this.#options.temporaryDirectory();
    return this.#directory;
  }
}

/** For a step that requires it. */
export function missingAgent(id: string): AppError {
  return new AppError('SSH_MISSING', `this step needs the ssh agent '${id}', which was not given`, {
    expected: id === 'default' ? '--ssh default' : `--ssh ${id}=SOCKET or --ssh ${id}=KEY`,
    hint: 'add the option to the command line, or remove required from the mount',
  });
}

/** Checks the given sources before the first step, not when one is needed. */
function reach({ id, paths }: SshSource, env: Environment): Reached {
  const given = paths.filter((path) => path !== '');
  const [first = env.SSH_AUTH_SOCK] = given;
  if (first === undefined || first === '') throw noAgent(id);
  const candidates = given.length === 0 ? [first] : given;
  const sockets = candidates.filter((path) => isSocket(id, path));
  if (sockets.length === 0) {
    for (const path of candidates) checkKey(id, path);
    return { kind: 'keys', paths: candidates.map((path) => resolve(path)) };
  }
  if (candidates.length === 1) return { kind: 'socket', path: resolve(first) };
  throw new AppError('SSH_MIXED_SOURCES', `--ssh ${id} names an agent and something else`, {
    expected: 'one socket of an agent, or private keys',
    hint: 'give each its own id',
  });
}

function isSocket(id: string, path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch (cause) {
    throw new AppError('SSH_UNREADABLE', `--ssh ${id}: ${path} does not exist`, {
      expected: 'the socket of an agent, or a private key',
      cause,
    });
  }
}

function checkKey(id: string, path: string): void {
  try {
    checkInput(path, { limit: LARGEST_KEY });
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('SSH_UNREADABLE', `--ssh ${id}: cannot read ${path}: ${reason}`, {
      expected: 'the socket of an agent, or a private key',
      cause,
    });
  }
}

function noAgent(id: string): AppError {
  return new AppError('SSH_NO_AGENT', `--ssh ${id}: cannot find an ssh agent`, {
    expected: 'SSH_AUTH_SOCK in the environment, with the socket of an agent',
    hint: `start one (eval "$(ssh-agent)" and ssh-add), or use a key: --ssh ${id}=FILE`,
  });
}
