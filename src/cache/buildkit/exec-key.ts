/** The key of a RUN: BuildKit's order of its mounts, and what each of its inputs is used for. */
import { posix } from 'node:path';
import type { AsWritten, ExecOp, MountSpec } from '../../graph/index.ts';
import type { Platform } from '../../oci/index.ts';
import { mountedDigest } from './content-digest.ts';
import {
  bindMount,
  cacheMount,
  type ExecMount,
  execOperationDigest,
  secretMount,
  sshMount,
  tmpfsMount,
} from './exec-operations.ts';
import { mkdirAction } from './file-operations.ts';
import {
  type BuildkitKey,
  documentKey,
  isSameOrigin,
  madeFromNothing,
  type Origin,
  pathsDigest,
  recordDigest,
  sortedBytes,
} from './keys.ts';

/** Files that a mount was given a file system of its own for. */
export interface TakenAlong {
  readonly origin: Origin;
  readonly path: string;
}

export interface ExecSurroundings {
  readonly root: Origin;
  readonly asWritten: AsWritten;
  readonly platform: Platform;
  readonly originAt: (input: number) => Origin | undefined;
  readonly takenAlong: (input: number) => TakenAlong | undefined;
}

interface SortedMount {
  readonly target: string;
  /** Where its files come from. */
  readonly from?: TakenAlong | undefined;
  readonly mount: (input: number) => ExecMount;
}

/** Where BuildKit mounts a script that stands in the Dockerfile. */
const SCRIPTS = '/dev/pipes/';

/** @returns undefined for what BuildKit has no exact counterpart of */
export function execKey(op: ExecOp, around: ExecSurroundings): BuildkitKey | undefined {
  const mounts = sortedMounts(op, around);
  if (mounts === undefined) return undefined;
  const inputs = new ExecInputs(around.root);
  const placed = mounts.map(({ from, mount }) => mount(from === undefined ? -1 : inputs.add(from)));
  // The same agent may have been named or not.
  const digests = [false, true].map((namesDefault) =>
    execOperationDigest({
      ...{ op, network: around.asWritten.network, platform: around.platform },
      mounts: [...placed, ...credentials(op, around.asWritten, namesDefault)],
    }),
  );
  return {
    digests: [...new Set(digests)].map((one) => recordDigest(one)),
    inputs: inputs.finish(),
  };
}

class ExecInputs {
  readonly #inputs: { readonly origin: Origin; readonly paths: string[] }[];

  constructor(root: Origin) {
    this.#inputs = [{ origin: root, paths: ['/'] }];
  }

  add({ origin, path }: TakenAlong): number {
    if (origin.kind === 'nothing') return -1;
    const known = this.#inputs.findIndex((one) => isSameOrigin(one.origin, origin));
    const place = known < 0 ? this.#inputs.push({ origin, paths: [] }) - 1 : known;
    this.#inputs[place]?.paths.push(path);
    return place;
  }

  finish(): BuildkitKey['inputs'] {
    return this.#inputs.map(({ origin, paths }) => {
      const key = origin.kind === 'key' ? origin.key : undefined;
      const selector = pathsDigest(paths);
      if (origin.kind !== 'context') return { key, selector };
      return { key, selector, content: () => mountedDigest(origin.tree, paths) };
    });
  }
}

/** Mounts of files, by their targets; secrets and agents come after them. */
function sortedMounts(op: ExecOp, around: ExecSurroundings): readonly SortedMount[] | undefined {
  const mounts: SortedMount[] = [];
  if (op.script !== undefined) mounts.push(scriptMount(op.script));
  for (const [place, mount] of op.mounts.entries()) {
    if (mount.kind === 'secret' || mount.kind === 'ssh') continue;
    const target = around.asWritten.targets[place] ?? mount.target;
    const sorted = fileMount(mount, target, around);
    if (sorted === undefined) return undefined;
    mounts.push(sorted);
  }
  if (op.shmSize !== undefined && op.shmSize > 0) {
    const size = op.shmSize;
    mounts.push({ target: '/dev/shm', mount: () => tmpfsMount('/dev/shm', size) });
  }
  const byTarget = new Map(mounts.map((mount) => [mount.target, mount]));
  if (byTarget.size < mounts.length) return undefined;
  return sortedBytes([...byTarget.keys()]).flatMap((target) => byTarget.get(target) ?? []);
}

function scriptMount({ path, content }: NonNullable<ExecOp['script']>): SortedMount {
  const key = documentKey(`/${posix.basename(path)}`, 0o755, content);
  return {
    target: SCRIPTS,
    from: { origin: { kind: 'key', key }, path: '/' },
    mount: (input) => bindMount(SCRIPTS, input, true),
  };
}

function fileMount(
  mount: Exclude<MountSpec, { kind: 'secret' | 'ssh' }>,
  target: string,
  around: ExecSurroundings,
): SortedMount | undefined {
  switch (mount.kind) {
    case 'bind': {
      const from = around.takenAlong(mount.input) ?? mountedFrom(mount, around);
      if (from === undefined) return undefined;
      return { target, from, mount: (input) => bindMount(target, input, mount.readonly) };
    }
    case 'cache':
      return sortedCache(mount, target, around);
    case 'tmpfs':
      return { target, mount: () => tmpfsMount(target, mount.size) };
  }
}

function mountedFrom(
  { input, source }: Extract<MountSpec, { kind: 'bind' }>,
  { originAt }: ExecSurroundings,
): TakenAlong | undefined {
  const origin = originAt(input);
  return origin && { origin, path: posix.resolve('/', source) };
}

function sortedCache(
  mount: Extract<MountSpec, { kind: 'cache' }>,
  target: string,
  { takenAlong }: ExecSurroundings,
): SortedMount | undefined {
  const { id, sharing, readonly, uid, gid, mode } = mount;
  const isPlain = uid === 0 && gid === 0 && mode === 0o755;
  const sorted = (from?: TakenAlong): SortedMount => ({
    ...{ target, from },
    mount: (input) => cacheMount({ target, id, sharing, readonly, input }),
  });
  if (mount.input === undefined) return sorted(isPlain ? undefined : ownedDirectory(mount));
  const seed = takenAlong(mount.input);
  // An owner means nothing to BuildKit where the cache begins with a part of something.
  return seed !== undefined && (isPlain || seed.path !== '/') ? sorted(seed) : undefined;
}

/** What a cache mount begins with that belongs to somebody, or has a mode of its own. */
function ownedDirectory({ uid, gid, mode }: { uid: number; gid: number; mode: number }) {
  const path = '/cache';
  const id = (number: number) => ({ User: { byId: number === 0 ? undefined : number } });
  const owner = { user: id(uid), group: id(gid) };
  const key = madeFromNothing(
    mkdirAction({ path, mode: mode & 0o777, makesParents: false, owner }),
  );
  return { origin: { kind: 'key', key }, path } as const;
}

function credentials(
  op: ExecOp,
  { targets }: AsWritten,
  namesDefault: boolean,
): readonly ExecMount[] {
  const secrets = op.mounts.flatMap((mount, place) =>
    mount.kind === 'secret' && mount.target !== undefined
      ? [secretMount(targets[place] ?? mount.target, mount)]
      : [],
  );
  const agents = op.mounts.flatMap((mount, place) =>
    mount.kind === 'ssh' ? [sshMount(targets[place] ?? mount.target, mount, namesDefault)] : [],
  );
  return [...secrets, ...agents];
}
