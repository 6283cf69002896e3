/** Makes the images that rows start from, with a lamina store of its own, and starts registries. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ImageFiles } from './builders/builder.ts';
import { laminaCommand, OWN } from './builders/lamina.ts';
import { writeFiles } from './data.ts';
import { run } from './measure.ts';
import { manifestDigestOf } from './oci-files.ts';

const BUSYBOX = '/bin/busybox';
const APPLETS = ['sh', 'echo', 'mkdir', 'cp', 'cat', 'chmod', 'sleep', 'tar', '['];

export class Workshop implements Disposable {
  readonly #directory: string;
  readonly #registries: ChildProcess[] = [];
  #made = 0;

  /** @param directory which is made */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** An image of the files that `fill` writes into a context, without a base. */
  async image(
    name: string,
    dockerfile: string,
    fill: (context: string) => void,
  ): Promise<ImageFiles> {
    const directory = await this.#build(name, dockerfile, fill);
    const archive = join(directory, 'image.tar');
    const layout = join(directory, 'layout');
    await this.#lamina('save', '-o', archive, name);
    mkdirSync(layout);
    await run({ program: 'tar', args: ['-xf', archive, '-C', layout] });
    return { archive, layout, manifestDigest: manifestDigestOf(layout) };
  }

  /** A shell and some commands, for the `/bin` of an image. */
  writePrograms(directory: string): void {
    mkdirSync(directory, { recursive: true });
    copyFileSync(BUSYBOX, join(directory, 'busybox'));
    chmodSync(join(directory, 'busybox'), 0o755);
    for (const name of APPLETS) symlinkSync('busybox', join(directory, name));
  }

  /** Builds an image and pushes it. */
  async push(
    reference: string,
    dockerfile: string,
    fill: (context: string) => void,
  ): Promise<void> {
    await this.#build(reference, dockerfile, fill);
    await this.#lamina('push', '-q', reference);
  }

  /**
   * Starts a registry that keeps its data in `directory`.
   * @returns its name, `localhost:PORT`
   */
  async registry(directory: string): Promise<string> {
    const port = await freePort();
    const config = join(this.#directory, `registry-${port}.yml`);
    writeFileSync(config, registryConfig(directory, port));
    const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    this.#registries.push(child);
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
    });
    for (let attempt = 0; attempt < 100; attempt++) {
      if (failure !== undefined) break;
      const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
      if (answer?.ok === true) return `localhost:${port}`;
      await delay(50);
    }
    throw new Error('docker-registry does not answer; install it with apt-get', { cause: failure });
  }

  async #build(name: string, dockerfile: string, fill: (context: string) => void): Promise<string> {
    const directory = join(this.#directory, `image-${this.#made++}`);
    const context = join(directory, 'context');
    writeFiles(context, { Dockerfile: dockerfile });
    fill(context);
    await this.#lamina('build', '-q', '-t', name, context);
    rmSync(context, { recursive: true });
    return directory;
  }

  async #lamina(...args: string[]): Promise<void> {
    await run(laminaCommand(OWN, join(this.#directory, 'store'), ...args));
  }

  /** Ends the registries, and removes everything. */
  [Symbol.dispose](): void {
    for (const child of this.#registries) child.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function registryConfig(directory: string, port: number): string {
  return [
    'version: 0.1',
    'log: {level: error, accesslog: {disabled: true}}',
    `storage: {filesystem: {rootdirectory: ${JSON.stringify(directory)}}}`,
    `http: {addr: "127.0.0.1:${port}"}\n`,
  ].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
