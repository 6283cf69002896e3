/** RUN as an exec operation: its mounts in BuildKit's order, and their sources. */
import { posix } from 'node:path';
import type { ExecOp, MountOf, Vertex } from '../graph/index.ts';
import { sortedBytes } from './byte-order.ts';
import { bindMount, cacheMount, execOp, tmpfsMount } from './exec-op.ts';
import { mkdirAction, mkfileAction } from './file-op.ts';
import { type LlbNode, type LlbState, NodeInputs } from './node.ts';
import type { LlbMount } from './op.ts';
import { platformOf } from './source-op.ts';
import type { Translation } from './translation.ts';

/** Files of a state. */
interface MountedFiles {
  readonly state: LlbState;
  /** Absolute. */
  readonly path: string;
}

interface SortedMount {
  readonly target: string;
  readonly from: MountedFiles;
  /** @param input position of its source; -1: none */
  readonly mount: (input: number) => LlbMount;
}

interface Running {
  readonly vertex: Vertex;
  readonly translation: Translation;
}

/** BuildKit's mount point for a script in the Dockerfile. */
const SCRIPTS = '/dev/pipes/';
const NOTHING: MountedFiles = { state: 'scratch', path: '/' };

export function execState(
  vertex: Vertex,
  op: ExecOp,
  translation: Translation,
): LlbNode | undefined {
  const info = translation.infoOf(vertex.id);
  const { asWritten, proxyEnv = [] } = info ?? {};
  const platform = info?.platform ?? (translation.isExact ? undefined : op.platform);
  const root = translation.inputOf(vertex, 0);
  if (asWritten === undefined || platform === undefined || root === undefined) return undefined;
  const sorted = sortedMounts(op, asWritten.targets, { vertex, translation });
  if (sorted === undefined) return undefined;
  const inputs = new NodeInputs();
  const rootInput = inputs.add(root);
  const mounts = sorted.map(({ from, mount }) => mount(inputs.add(from.state)));
  const exec = execOp({ op, asWritten, proxyEnv, root: rootInput, mounts });
  const record = { exec, platform: platformOf(platform) };
  return { op: record, inputs: inputs.nodes, vertex: vertex.id };
}

/** Mounts of files, by their targets. */
function sortedMounts(
  op: ExecOp,
  targets: readonly (string | undefined)[],
  running: Running,
): readonly SortedMount[] | undefined {
  const mounts: SortedMount[] = [];
  if (op.script !== undefined) mounts.push(scriptMount(op.script, running));
  for (const [position, mount] of op.mounts.entries()) {
    if (mount.kind === 'secret' || mount.kind === 'ssh') continue;
    const sorted = fileMount(mount, targets[position] ?? mount.target, running);
    if (sorted === undefined) return undefined;
    mounts.push(sorted);
  }
  if (op.shmSize !== undefined && op.shmSize > 0) mounts.push(memory('/dev/shm', op.shmSize));
  // Of several mounts of one target, the last one is seen.
  const byTarget = new Map(mounts.map((mount) => [mount.target, mount]));
  if (byTarget.size < mounts.length && running.translation.isExact) return undefined;
  return sortedBytes([...byTarget.keys()]).flatMap((target) => byTarget.get(target) ?? []);
}

function memory(target: string, size: number | undefined): SortedMount {
  return { target, from: NOTHING, mount: () => tmpfsMount(target, size) };
}

function scriptMount(
  { path, content }: NonNullable<ExecOp['script']>,
  { translation }: Running,
): SortedMount {
  const action = mkfileAction(`/${posix.basename(path)}`, 0o755, content);
  return {
    target: SCRIPTS,
    from: { state: translation.madeFromNothing(action), path: '/' },
    mount: (input) => bindMount({ target: SCRIPTS, input, selector: '/', readonly: true }),
  };
}

function fileMount(
  mount: MountOf<'bind' | 'cache' | 'tmpfs'>,
  target: string,
  running: Running,
): SortedMount | undefined {
  switch (mount.kind) {
    case 'bind': {
      const from = takenAlong(mount.input, running) ?? mountedFrom(mount, running);
      if (from === undefined) return undefined;
      const { readonly } = mount;
      return {
        ...{ target, from },
        mount: (input) => bindMount({ target, input, selector: from.path, readonly }),
      };
    }
    case 'cache':
      return sortedCache(mount, target, running);
    case 'tmpfs':
      return memory(target, mount.size);
  }
}

function mountedFrom(
  { input, source }: MountOf<'bind'>,
  { vertex, translation }: Running,
): MountedFiles | undefined {
  const state = translation.inputOf(vertex, input);
  return state && { state, path: posix.resolve('/', source) };
}

/** Sources and selections of the file systems made for mounts. */
function takenAlong(input: number, { vertex, translation }: Running): MountedFiles | undefined {
  const taken = translation.vertexAt(vertex, input);
  if (taken === undefined || taken.op.kind !== 'copy' || taken.op.keepsTop !== true)
    return undefined;
  const state = translation.inputOf(taken, 1);
  const [copied] = taken.op.sources;
  if (copied?.kind !== 'tree') return undefined;
  const [path] = copied.paths;
  if (state === undefined || path === undefined) return undefined;
  return { state, path: posix.resolve('/', path.replace(/\\(.)/g, '$1')) };
}

function sortedCache(
  mount: MountOf<'cache'>,
  target: string,
  running: Running,
): SortedMount | undefined {
  const { id, sharing, readonly, uid, gid, mode } = mount;
  const isPlain = uid === 0 && gid === 0 && mode === 0o755;
  const sorted = (from: MountedFiles): SortedMount => ({
    ...{ target, from },
    mount: (input) => cacheMount({ target, id, sharing, readonly, input, selector: from.path }),
  });
  if (mount.within !== undefined) {
    return sorted({ state: 'scratch', path: posix.resolve('/', mount.within) });
  }
  if (mount.input === undefined) return sorted(isPlain ? NOTHING : ownedDirectory(mount, running));
  const seed = takenAlong(mount.input, running);
  // BuildKit ignores the owner if the cache begins with a part of a file system.
  const isKept = isPlain || seed?.path !== '/' || !running.translation.isExact;
  return seed !== undefined && isKept ? sorted(seed) : undefined;
}

/** The initial contents of a cache mount with an owner or mode of its own. */
function ownedDirectory(
  { uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number },
  { translation }: Running,
): MountedFiles {
  const path = '/cache';
  const owner = { user: { byID: uid }, group: { byID: gid } };
  const action = mkdirAction({ path, mode: mode & 0o777, makesParents: false, owner });
  return { state: translation.madeFromNothing(action), path };
}
