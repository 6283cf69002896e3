/** The working directory of a process, and the part of it that the image lacks. */
import { AppError } from '../../errors.ts';
import { ancestors, type BytePath, resolveInTree, toBytes, toText } from '../../files/index.ts';
import type { ContainerView } from './container-view.ts';

/** Links of the kernel to files that a process has open, which may be outside of the container. */
const MAGIC_LINKS = /^proc\/(.*\/)?(cwd|exe|fd|map_files|root)(\/|$)/;

/**
 * The directories to make for a working directory, parents first. Directories inside a mount are not made in the image.
 * @param cwd absolute, as text
 * @throws AppError RUNTIME_WORKDIR when a file is in the way, or the path leaves the container; SYMLINK_LOOP
 */
export function missingDirectories(view: ContainerView, cwd: string): readonly BytePath[] {
  const { path, existing, missing } = resolveInTree(view, toBytes(cwd));
  if (MAGIC_LINKS.test(path)) {
    throw unusable(cwd, `/${toText(path)} is not a directory of the image`);
  }
  if (view.lookup(existing)?.type !== 'directory') {
    throw unusable(cwd, `'/${toText(existing)}' is not a directory`);
  }
  if (missing === '' || view.mountAbove(path) !== undefined) return [];
  return [...ancestors(path), path].filter((directory) => directory.length > existing.length);
}

function unusable(cwd: string, reason: string): AppError {
  return new AppError('RUNTIME_WORKDIR', `cannot start in '${cwd}': ${reason}`, {
    hint: 'choose another working directory: WORKDIR in the Dockerfile, --workdir on the command line',
  });
}
