/** Build contexts other than directories of this machine: standard input, git repositories, files by HTTP(S). */
import { closeSync, readFileSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress, detectCompression, isTar } from '../../archive/index.ts';
import { openContext } from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import { type ContentRange, type FileTree, resolveInTree, toBytes } from '../../files/index.ts';
import { type GitOp, GraphBuilder } from '../../graph/index.ts';
import { CONTEXT_FILE, type ContextSource, contextRoot, EPOCH } from '../../plan/index.ts';
import { Scheduler } from '../../solver/index.ts';
import { openContent } from '../../system/index.ts';
import { RemoteLogins } from '../credentials/remote-logins.ts';
import { BuildSecrets } from '../credentials/secrets.ts';
import { SshAgents } from '../credentials/ssh-agents.ts';
import { sourceDriversOf } from '../drivers/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { defaultJobs } from '../session/jobs.ts';
import { type SourceSession, treesOf } from '../session/session.ts';
import { cacheRecords } from '../session/stored-records.ts';
import { stepInfos } from '../steps/step-infos.ts';
import { type BuildContext, remoteSource } from './named-contexts.ts';

export interface FetchedContext extends BuildContext {
  /** The directory that has the Dockerfile. */
  readonly tree?: FileTree | undefined;
  /** The input was the Dockerfile itself. */
  readonly dockerfile?: Buffer | undefined;
}

const STDIN = '-';
/** Enough to distinguish an archive from a text. */
const HEAD = 64 << 10;
/** A Dockerfile larger than this is treated as something else. */
export const MAX_DOCKERFILE = 16 << 20;

/**
 * Fetches the build context unless it is a directory.
 *
 * @throws AppError GIT_…, HTTP_…, ARCHIVE_…, DOCKERFILE_TOO_LARGE
 */
export async function fetchContext(run: BuildRun): Promise<FetchedContext | undefined> {
  const { options } = run;
  if (options.context === STDIN) return fromStdin(run);
  const source = remoteSource(options.context, options);
  if (source === undefined) return undefined;
  if (source.op.kind === 'git') return gitContext(run, source, source.op);
  // The file is inspected first, to decide whether to unpack it.
  const packed = { ...source, unpack: false };
  const tree = await treeOf(run, packed);
  const file = contentAt(tree, CONTEXT_FILE);
  if (file === undefined) throw new Error('a fetched file is there');
  if (await isArchive(readRange(file, HEAD))) {
    return { source, tree: await treeOf(run, source) };
  }
  return { source: packed, tree, dockerfile: readRange(file, MAX_DOCKERFILE) };
}

/** With an epoch, files have the time of the commit. */
async function gitContext(run: BuildRun, given: ContextSource, op: GitOp): Promise<FetchedContext> {
  const { buildArgs = {}, sourceDateEpoch } = run.options;
  const isDated = sourceDateEpoch !== undefined || (buildArgs[EPOCH] ?? '') !== '';
  const dated = { kind: 'remote', op: { ...op, commitTime: true }, unpack: false } as const;
  const source = isDated ? dated : given;
  return { source, tree: await treeOf(run, source) };
}

async function fromStdin(run: BuildRun): Promise<FetchedContext> {
  const directory = await run.store.temporaryDirectory();
  const path = join(directory, CONTEXT_FILE);
  await spool(run.options.stdin, path);
  const head = readRange({ hostPath: toBytes(path), offset: 0, size: statSync(path).size }, HEAD);
  if (!(await isArchive(head))) {
    const empty = await run.store.temporaryDirectory();
    return {
      source: { kind: 'local' },
      open: async () => openContext({ directory: empty }),
      dockerfile: readLimited(path),
    };
  }
  const open = async () => openContext({ directory });
  const context: BuildContext = { source: { kind: 'archive' }, open };
  return { ...context, tree: await treeOf(run, context.source, open) };
}

/** Makes a context's tree before planning, with the operations that the plan will have for it. */
export async function treeOf(
  run: BuildRun,
  source: ContextSource,
  openDirectory?: BuildContext['open'],
): Promise<FileTree> {
  const { store, env, emit, now, signal, options } = run;
  const builder = new GraphBuilder();
  const root = contextRoot(builder, 'context', source);
  const graph = builder.build();
  using directory = await openDirectory?.();
  const stepOf = stepInfos(graph);
  const temporaryDirectory = () => store.temporaryDirectory();
  await using sshAgents = new SshAgents({ ...options, env, temporaryDirectory });
  const secrets = new BuildSecrets(options, run);
  const session: SourceSession = {
    store,
    emit,
    now,
    stepOf,
    warn: run.warn,
    logins: new RemoteLogins({ options, secrets, sshAgents, temporaryDirectory }),
    env,
    treeOf: treesOf(run).treeOf,
    contextAt: (vertex, input) => {
      const id = vertex.inputs[input];
      const op = id === undefined || id === 'scratch' ? undefined : graph.vertices.get(id)?.op;
      return op?.kind === 'context' ? directory : undefined;
    },
  };
  const scheduler = new Scheduler({
    graph,
    driverOf: sourceDriversOf(session),
    records: cacheRecords(store),
    stepOf,
    emit,
    jobs: options.jobs ?? defaultJobs(),
    signal,
    warn: run.warn,
    now,
  });
  const { layers } = await scheduler.solve(root);
  return session.treeOf(layers);
}

async function isArchive(head: Buffer): Promise<boolean> {
  return detectCompression(head) !== undefined || (await isTar(decompress([head])));
}

export function contentAt(tree: FileTree, path: string): ContentRange | undefined {
  const { entry } = resolveInTree(tree, toBytes(path));
  return entry?.type === 'file' ? tree.content(entry) : undefined;
}

/** @throws AppError DOCKERFILE_NOT_FOUND, DOCKERFILE_TOO_LARGE */
export function dockerfileIn(
  tree: FileTree,
  file: string | undefined,
): { readonly bytes: Buffer; readonly name: string } {
  const wanted = file ?? 'Dockerfile';
  const names = [wanted, ...(/(?:^|\/)Dockerfile$/.test(wanted) ? [lowered(wanted)] : [])];
  for (const name of names) {
    const range = contentAt(tree, name);
    if (range !== undefined) return { bytes: readRange(range, MAX_DOCKERFILE), name };
  }
  throw new AppError('DOCKERFILE_NOT_FOUND', `the context has no '${wanted}'`, {
    hint: 'set --file to its path from the root of the context',
  });
}

function lowered(path: string): string {
  return path.replace(/Dockerfile$/, 'dockerfile');
}

/**
 * Writes standard input to a file.
 * @param limit in bytes; more is too large for a Dockerfile
 * @throws AppError DOCKERFILE_NOT_FOUND when there is none; DOCKERFILE_TOO_LARGE
 */
export async function spool(
  stdin: AsyncIterable<Uint8Array> | undefined,
  path: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<void> {
  if (stdin === undefined) {
    throw new AppError('DOCKERFILE_NOT_FOUND', 'there is no standard input to read');
  }
  const handle = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of stdin) {
      size += chunk.length;
      if (size > limit) throw tooLarge();
      for (let done = 0; done < chunk.length; ) {
        done += (await handle.write(chunk, done)).bytesWritten;
      }
    }
  } finally {
    await handle.close();
  }
}

/** @throws AppError DOCKERFILE_TOO_LARGE */
export function readLimited(path: string): Buffer {
  if (statSync(path).size <= MAX_DOCKERFILE) return readFileSync(path);
  throw tooLarge();
}

function readRange(range: ContentRange, limit: number): Buffer {
  const { offset, size } = range;
  if (limit === MAX_DOCKERFILE && size > limit) throw tooLarge();
  const fd = openContent(range);
  try {
    const bytes = Buffer.alloc(Math.min(size, limit));
    const read = readSync(fd, bytes, 0, bytes.length, offset);
    return bytes.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}

/** The error for input that is not a Dockerfile. */
export function tooLarge(): AppError {
  return new AppError('DOCKERFILE_TOO_LARGE', 'the input is too large for a Dockerfile', {
    expected: `a text of at most ${MAX_DOCKERFILE} bytes, or a context archive`,
    hint: 'a context archive is a tar, compressed or not',
  });
}
