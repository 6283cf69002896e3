/** A containerd for a test, with separate state and socket. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureTool, succeed } from './tools.ts';

export class Containerd implements AsyncDisposable {
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(directory: string, child: ChildProcess) {
    this.#directory = directory;
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
  }

  static async start(): Promise<Containerd> {
    const program = ensureTool('containerd', 'containerd');
    const directory = await mkdtemp(join(tmpdir(), 'lamina-containerd-'));
    const config = join(directory, 'config.toml');
    await writeFile(
      config,
      [
        'version = 2',
        `root = "${directory}/root"`,
        `state = "${directory}/state"`,
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
        `[grpc]\naddress = "${directory}/socket"`,
      ].join('\n'),
    );
    const child = spawn(program, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const daemon = new Containerd(directory, child);
    try {
      await serving(child);
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  /** Runs `ctr` on this daemon; it must succeed. */
  async ctr(...args: readonly string[]): Promise<string> {
    const program = ensureTool('ctr', 'containerd');
    return (await succeed(program, ['-a', `${this.#directory}/socket`, ...args])).stdout;
  }

  /** Pulls an image from a registry without encryption and runs it, on the host's network. */
  async pulledAndRun(name: string): Promise<string> {
    await this.ctr('images', 'pull', '--plain-http', '--snapshotter=native', name);
    const flags = ['--rm', '--net-host', '--snapshotter=native'];
    return (await this.ctr('run', ...flags, name, name.replaceAll(/\W/g, '-'))).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Resolves when the log reports that the daemon serves requests; keeps reading, so that it never blocks. */
function serving(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    if (child.stderr === null) throw new Error('no log');
    createInterface(child.stderr).on('line', (line) => {
      log.push(line);
      if (/successfully booted/.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`containerd ended:\n${log.join('\n')}`)));
  });
}
