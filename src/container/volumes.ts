/** The mounts of a container: the caller's, and the volumes that the image declares. */
import { mkdir, stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { type FileTree, resolveInTree, toBytes } from '../files/index.ts';
import type { LowerDirectory, WantedMount } from '../runtime/index.ts';
import type { ContainerSettings, VolumeSpec } from './settings.ts';

export type VolumeOptions = Pick<ContainerSettings, 'volumes' | 'tmpfs' | 'anonymousVolumes'>;

export interface VolumeInput extends VolumeOptions {
  /** The paths of VOLUME. */
  readonly declared: readonly string[];
  readonly tree: FileTree;
  /** Host directory for writes to anonymous volumes, as text. */
  readonly directory: string;
}

/**
 * An anonymous volume begins with the image's files at its path, is writable even if the root file system is not, and
 * is removed with the container. A mount of the caller at the path of a declared volume replaces it.
 *
 * @returns the mounts, once the lower directories of the image are known
 * @throws AppError CONTAINER_VOLUME, SYMLINK_LOOP
 */
export async function openVolumes(
  input: VolumeInput,
): Promise<(lowers: readonly LowerDirectory[]) => readonly WantedMount[]> {
  const { volumes = [], tmpfs = [], anonymousVolumes = [], declared } = input;
  const asked = [
    ...(await Promise.all(volumes.map(bindMount))),
    ...tmpfs.map(
      ({ exec = false, ...rest }) => ({ kind: 'tmpfs', noexec: !exec, ...rest }) as const,
    ),
  ];
  // Under any name: a link of the image may lead to the same directory.
  const resolved = (path: string) => resolveInTree(input.tree, toBytes(path)).path;
  const taken = new Set(asked.map(({ target }) => resolved(target)));
  const anonymous = new Map(
    [...declared, ...anonymousVolumes].map((path) => [resolved(path), path]),
  );
  const paths = [...anonymous].filter(([path]) => !taken.has(path)).map(([, path]) => path);
  const ready = await Promise.all(
    paths.map((path, index) => anonymousVolume(path, `${input.directory}/${index}`, input.tree)),
  );
  return (lowers) => [...asked, ...ready.map((volume) => volume(lowers))];
}

async function bindMount({ source, target, readonly }: VolumeSpec): Promise<WantedMount> {
  const kind = await stat(source).catch(() => undefined);
  if (kind === undefined) {
    throw new AppError('CONTAINER_VOLUME', `cannot mount '${source}': it does not exist`, {
      expected: 'an existing file or directory on this machine',
      hint: 'create it first',
    });
  }
  const targetKind = kind.isDirectory() ? 'directory' : 'file';
  return { kind: 'bind', source: latin1(source), target, readonly, targetKind };
}

async function anonymousVolume(
  target: string,
  directory: string,
  tree: FileTree,
): Promise<(lowers: readonly LowerDirectory[]) => WantedMount> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const { path, entry } = resolveInTree(tree, toBytes(target));
  const scratch = latin1(directory);
  if (entry?.type !== 'directory') {
    return () => ({ kind: 'bind', source: scratch, target, readonly: false });
  }
  return (lowers) => ({ kind: 'layers', lowers, source: path, target, scratch });
}

function latin1(path: string): string {
  return Buffer.from(path).toString('latin1');
}
