/** For tests: the runner built from the sources, small root filesystems on disk, and trees that read them. */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type FileEntry, type FileTree, joinPath } from '../files/index.ts';
import { listXattrs } from '../system/index.ts';
import { type ProcessRequest, prepareProcess } from './prepare.ts';
import { type RunOptions, Sandbox } from './sandbox.ts';
import type { ProcessResult } from './spec.ts';

const BUSYBOX = '/bin/busybox';

/** Bundles the runner as the real build does. */
export async function buildRunner(): Promise<void> {
  const outfile = fileURLToPath(new URL('../../dist/bin/runner-main.js', import.meta.url));
  const temporary = `${outfile}.${process.pid}.tmp`;
  await build({
    entryPoints: [fileURLToPath(new URL('runner-main.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi', 'lmdb'],
    outfile: temporary,
    logLevel: 'error',
  });
  renameSync(temporary, outfile);
}

/** A directory that is gone after the test. */
export function temporaryDirectory(): { path: string } & Disposable {
  const path = mkdtempSync(`${tmpdir()}/lamina-runtime-`);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Puts a shell and its tools into a directory; nothing else is in it. */
export function makeBusyboxRoot(directory: string): void {
  if (!existsSync(BUSYBOX))
    throw new Error(`${BUSYBOX} is missing: apt-get install busybox-static`);
  mkdirSync(`${directory}/bin`, { recursive: true });
  copyFileSync(BUSYBOX, `${directory}/bin/busybox`);
  for (const name of TOOLS) symlinkSync('busybox', `${directory}/bin/${name}`);
}

const TOOLS =
  'sh cat ls id touch mkdir true false sleep mount stat env echo head dd hostname ip kill mknod ps pwd rm ln chmod grep sort wc tr stty unshare tail'.split(
    ' ',
  );

/** A directory of this machine as a tree of files. */
export class DirectoryTree implements FileTree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  lookup(path: string): FileEntry | undefined {
    const hostPath = joinHost(this.#root, path);
    const stat = lstatSync(Buffer.from(hostPath, 'latin1'), { throwIfNoEntry: false });
    if (!stat) return undefined;
    const type = stat.isDirectory()
      ? 'directory'
      : stat.isSymbolicLink()
        ? 'symlink'
        : stat.isFile()
          ? 'file'
          : 'fifo';
    return {
      path,
      type,
      mode: stat.mode & 0o7777,
      uid: stat.uid,
      gid: stat.gid,
      size: type === 'file' ? stat.size : 0,
      mtime: Math.floor(stat.mtimeMs / 1000),
      mtimeNs: 0,
      linkTarget: type === 'symlink' ? readlinkSync(hostPath, 'latin1') : undefined,
      xattrs: listXattrs(hostPath),
    };
  }

  list(path: string): readonly FileEntry[] {
    const names = readdirSync(joinHost(this.#root, path), 'latin1').sort();
    return names.flatMap((name) => this.lookup(joinPath(path, name)) ?? []);
  }

  content({ path, size }: FileEntry) {
    return { hostPath: joinHost(this.#root, path), offset: 0, size };
  }

  knownDigest() {
    return undefined;
  }

  rememberDigest() {}
}

function joinHost(root: string, path: string): string {
  return path === '' ? root : `${root}/${path}`;
}

/** What a process wrote, and how it ended. */
export interface Ran extends ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** A sandbox with one root filesystem of busybox in it. */
export class Workshop implements AsyncDisposable {
  readonly directory: string;
  /** The lower directory. */
  readonly root: string;
  readonly sandbox: Sandbox;
  #uppers = 0;

  constructor(options: { signal?: AbortSignal } = {}) {
    this.directory = mkdtempSync(`${tmpdir()}/lamina-runtime-`);
    this.root = `${this.directory}/root`;
    makeBusyboxRoot(this.root);
    const { signal } = options;
    this.sandbox = Sandbox.start({ stateDirectory: this.directory, env: process.env, signal });
  }

  /** A new empty upper directory. */
  upper(): string {
    this.#uppers += 1;
    const path = `${this.directory}/upper-${this.#uppers}`;
    mkdirSync(path);
    return path;
  }

  spec(request: Partial<ProcessRequest>) {
    const complete: ProcessRequest = {
      lowers: [{ kind: 'directory', path: this.root }],
      args: ['/bin/true'],
      env: ['PATH=/bin'],
      cwd: '/',
      user: '',
      ...request,
    };
    return prepareProcess(complete, new DirectoryTree(this.root));
  }

  async run(request: Partial<ProcessRequest>, options: RunOptions = {}): Promise<Ran> {
    const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const onOutput = (stream: 'stdout' | 'stderr', bytes: Buffer) => written[stream].push(bytes);
    const result = await this.sandbox.run(this.spec(request), { onOutput, ...options });
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
    return { ...result, stdout: text(written.stdout), stderr: text(written.stderr) };
  }

  /** Runs a line of shell. */
  shell(
    script: string,
    request: Partial<ProcessRequest> = {},
    options: RunOptions = {},
  ): Promise<Ran> {
    return this.run({ args: ['/bin/sh', '-c', script], ...request }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
