/** Other programs that tests use. Missing ones are installed with apt-get, as root. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CommandResult, execute } from './cli.ts';

/** Includes directories of root's commands. */
const DIRECTORIES = [
  ...(process.env.PATH ?? '').split(':'),
  ...['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
];

/** The path of a command, if found. */
export function findTool(command: string): string | undefined {
  return DIRECTORIES.map((directory) => `${directory}/${command}`).find(isExecutable);
}

/**
 * The path of a command; installs its package if needed.
 *
 * @throws Error if it cannot be installed: a missing tool fails the test
 */
export function ensureTool(command: string, debianPackage: string): string {
  if (findTool(command) === undefined) install(debianPackage);
  const path = findTool(command);
  if (path === undefined) throw new Error(`the package ${debianPackage} brings no ${command}`);
  return path;
}

/** Makes sure that a file of a package exists. */
export function ensureFile(path: string, debianPackage: string): string {
  if (!existsSync(path)) install(debianPackage);
  if (!existsSync(path)) throw new Error(`the package ${debianPackage} brings no ${path}`);
  return path;
}

/** Test files run concurrently: each waits for the package manager's lock. */
function install(debianPackage: string): void {
  const options = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', '--no-install-recommends'];
  const { status, stderr } = spawnSync('apt-get', ['install', ...options, debianPackage], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`these tests need the package ${debianPackage}: run \`npm test\`\n${stderr}`);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a tool that must succeed. */
export async function succeed(
  program: string,
  args: readonly string[],
  input?: Uint8Array,
): Promise<CommandResult> {
  const result = await execute(program, args, { input });
  if (result.status === 0) return result;
  throw new Error(
    `${program} ${args.join(' ')} ended with ${result.status}:\n${result.stderr}${result.stdout}`,
  );
}

/**
 * A Docker daemon for a test: separate state, socket and containerd, no network, no firewall rules on the host. Stopped
 * and removed after the test.
 */
export class DockerDaemon implements AsyncDisposable {
  readonly #directory: string;
  readonly #pid: number;
  readonly #exited: Promise<unknown>;

  private constructor(directory: string, pid: number, exited: Promise<unknown>) {
    this.#directory = directory;
    this.#pid = pid;
    this.#exited = exited;
  }

  static async start(): Promise<DockerDaemon> {
    const dockerd = ensureTool('dockerd', 'docker.io');
    const directory = await mkdtemp(join(tmpdir(), 'lamina-dockerd-'));
    await mkdir(join(directory, 'log'));
    const log = join(directory, 'log', 'dockerd');
    const child = spawn(
      'sh',
      ['-c', 'exec "$0" "$@" >"$LOG" 2>&1', dockerd, ...daemonFlags(directory)],
      { stdio: 'ignore', env: { ...process.env, LOG: log } },
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    if (child.pid === undefined) throw new Error('dockerd cannot be started');
    const daemon = new DockerDaemon(directory, child.pid, exited);
    for (let tries = 0; tries < 300; tries++) {
      if (child.exitCode !== null) break;
      if ((await daemon.#run(['version'])).status === 0) return daemon;
      await delay(200);
    }
    const reason = await readFile(log, 'utf8');
    await daemon[Symbol.asyncDispose]();
    throw new Error(`dockerd does not start:\n${reason}`);
  }

  /** The value of DOCKER_HOST. */
  get host(): string {
    return `unix://${this.#directory}/socket`;
  }

  /** Runs `docker` on this daemon; it must succeed. */
  async docker(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.#run(args);
    if (status !== 0) throw new Error(`docker ${args.join(' ')} ended with ${status}:\n${stderr}`);
    return stdout;
  }

  #run(args: readonly string[]): Promise<CommandResult> {
    const docker = ensureTool('docker', 'docker.io');
    return execute(docker, ['-H', `unix://${this.#directory}/socket`, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(this.#pid, 'SIGTERM');
    } catch {
      // it has exited already
    }
    await this.#exited;
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function daemonFlags(directory: string): string[] {
  return [
    ...['--host', `unix://${directory}/socket`, '--pidfile', `${directory}/pid`],
    ...['--data-root', `${directory}/data`, '--exec-root', `${directory}/exec`],
    ...['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=vfs'],
  ];
}

/** Podman with separate storage. */
export class Podman implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(): Promise<Podman> {
    ensureTool('podman', 'podman');
    return new Podman(await mkdtemp(join(tmpdir(), 'lamina-podman-')));
  }

  /** Runs `podman` on this storage; it must succeed. */
  async podman(...args: readonly string[]): Promise<string> {
    return (await succeed(ensureTool('podman', 'podman'), [...this.#storage(), ...args])).stdout;
  }

  /** A command line that runs podman on this storage. */
  script(): string {
    const program = [ensureTool('podman', 'podman'), ...this.#storage()];
    return `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`;
  }

  #storage(): string[] {
    return [
      ...['--root', join(this.#directory, 'root'), '--runroot', join(this.#directory, 'run')],
      // Debian's crun refuses hybrid control groups.
      ...['--storage-driver', 'vfs', '--runtime', 'runc'],
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
