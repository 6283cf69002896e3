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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { type FileEntry, type FileTree, joinPath } from '../../src/files/index.ts';
import {
  type OpenRuntime,
  openRuntime,
  type RunOptions,
  type Runtime,
} from '../../src/runtime/index.ts';
import { type ProcessRequest, prepareProcess } from '../../src/runtime/process/prepare.ts';
import type { ProcessResult, ProcessSpec } from '../../src/runtime/process/spec.ts';
import { type IdMap, listXattrs, ownerInTree } from '../../src/system/index.ts';
import type { Task } from './workshop-program.ts';

const BUSYBOX = '/bin/busybox';

const RUNNER_PATH = resolve(import.meta.dirname, '../../dist/bin/runner-main.js');
/** A path next to the runner. */
export const PROGRAM_PATH = resolve(
  import.meta.dirname,
  '../../.cache/runtime/workshop-program.js',
);

/** Bundles the runner as the real build does. */
export function buildRunner(): void {
  bundle('../../src/runtime/oci/runner-main.ts', RUNNER_PATH, {
    format: 'cjs',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  const description = `${dirname(RUNNER_PATH)}/package.json`;
  // A runner of another test may start just now.
  if (!existsSync(description)) writeFileSync(description, '{ "type": "commonjs" }\n');
}

/** Bundles the program that runs one process; see `Task`. */
export function buildProgram(): void {
  bundle('workshop-program.ts', PROGRAM_PATH, { format: 'esm' });
}

/** The environment for `node PROGRAM_PATH`. */
export function programEnv(task: Task): NodeJS.ProcessEnv {
  const file = `${task.stateDirectory}/task.json`;
  writeFileSync(file, JSON.stringify(task));
  return { ...process.env, LAMINA_TEST_TASK: file };
}

function bundle(source: string, target: string, options: BuildOptions): void {
  const temporary = `${target}.${process.pid}.tmp`;
  buildSync({
    entryPoints: [resolve(import.meta.dirname, source)],
    bundle: true,
    platform: 'node',
    target: 'node22.15',
    ...options,
    external: ['koffi'],
    outfile: temporary,
    logLevel: 'error',
  });
  renameSync(temporary, target);
}

/** A directory that is removed after the test. */
export function temporaryDirectory(): { path: string } & Disposable {
  const path = mkdtempSync(`${tmpdir()}/lamina-runtime-`);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Installs only a shell and its tools in a directory. */
export function makeBusyboxRoot(directory: string): void {
  if (!existsSync(BUSYBOX))
    throw new Error(`${BUSYBOX} is missing: apt-get install busybox-static`);
  mkdirSync(`${directory}/bin`, { recursive: true });
  copyFileSync(BUSYBOX, `${directory}/bin/busybox`);
  for (const name of TOOLS) symlinkSync('busybox', `${directory}/bin/${name}`);
}

const TOOLS =
  'sh cat ls id touch mkdir true false sleep mount stat env echo head dd hostname ip kill mknod ps pwd rm ln chmod grep sort wc tr stty unshare tail tee mv cp find mkfifo truncate chown rmdir md5sum'.split(
    ' ',
  );

/** A directory of this machine as a tree of files. */
export class DirectoryTree implements FileTree {
  readonly #root: string;
  readonly #idMap: IdMap;

  constructor(root: string, idMap: IdMap = 'root') {
    this.#root = root;
    this.#idMap = idMap;
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
    const owner = ownerInTree(this.#idMap, stat);
    return {
      path,
      type,
      mode: stat.mode & 0o7777,
      uid: owner.uid,
      gid: owner.gid,
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

/** Output and exit status of a process. */
export interface Ran extends ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** A process request with defaults for its usual parts. */
export type Wanted = Partial<ProcessRequest> & {
  /** Another root filesystem than the workshop's. */
  readonly root?: string;
};

/** A runtime with one busybox root filesystem. */
export class Workshop implements AsyncDisposable {
  readonly directory: string;
  /** The lower directory. */
  readonly root: string;
  readonly runtime: Runtime;
  #made = 0;

  constructor(open: OpenRuntime = openRuntime) {
    this.directory = mkdtempSync(`${tmpdir()}/lamina-runtime-`);
    this.root = this.makeRoot();
    const temporaryDirectory = () => Promise.resolve(this.directory);
    this.runtime = open({ temporaryDirectory, env: process.env });
  }

  /** Another root filesystem. */
  makeRoot(): string {
    const path = this.makeDirectory();
    makeBusyboxRoot(path);
    return path;
  }

  /** Creates an empty directory, for example as an upper directory. */
  makeDirectory(): string {
    this.#made += 1;
    const path = `${this.directory}/${this.#made}`;
    mkdirSync(path);
    return path;
  }

  spec({ root = this.root, ...request }: Wanted): ProcessSpec {
    const complete: ProcessRequest = {
      lowers: [{ kind: 'directory', path: root }],
      args: ['/bin/true'],
      env: ['PATH=/bin'],
      cwd: '/',
      user: '',
      ...request,
    };
    return prepareProcess(complete, new DirectoryTree(root, this.runtime.capabilities.idMap));
  }

  async run(wanted: Wanted, options: RunOptions = {}): Promise<Ran> {
    const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const onOutput = (stream: 'stdout' | 'stderr', bytes: Buffer) => written[stream].push(bytes);
    const result = await this.runtime.run(this.spec(wanted), { onOutput, ...options });
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
    return { ...result, stdout: text(written.stdout), stderr: text(written.stderr) };
  }

  /** Runs a shell command line. */
  shell(script: string, wanted: Wanted = {}, options: RunOptions = {}): Promise<Ran> {
    return this.run({ args: ['/bin/sh', '-c', script], ...wanted }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
