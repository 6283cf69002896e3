/** Lays a lower directory, in the form that overlayfs takes, over a root file system that is a copy. */
import {
  type BigIntStats,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { fsPath, hasErrorCode, isWhiteout, listXattrs, opaqueXattr } from '../../system/index.ts';
import { type CopyRights, copyFile, copyMetadata, FILE_TYPE, typeOf } from './copy-file.ts';
import { Pace } from './pace.ts';

/** Directories of the root that every container has of its own: the image's files there are never seen. */
export interface ApplyOptions extends CopyRights {
  readonly covered: ReadonlySet<string>;
}

/**
 * @param lower,root latin1 bytes, existing directories
 * @throws errors of `node:fs`; SystemError
 */
export async function applyLower(
  lower: string,
  root: string,
  options: ApplyOptions,
): Promise<void> {
  await new Applying(options).directory(lower, root, '');
}

class Applying {
  readonly #options: ApplyOptions;
  readonly #pace = new Pace();
  /** Names of one file in the lower directory, by `device:inode` → its copy. */
  readonly #links = new Map<string, string>();

  constructor(options: ApplyOptions) {
    this.#options = options;
  }

  /** The metadata comes last: making files changes the time, and may need more rights than the mode gives. */
  async directory(lower: string, root: string, path: string): Promise<void> {
    const { isRoot, flavour, covered } = this.#options;
    const stat = lstatSync(fsPath(lower), { bigint: true });
    const before = statOrNone(root);
    if (before !== undefined && typeOf(before) !== FILE_TYPE.directory) remove(root);
    if (before === undefined || typeOf(before) !== FILE_TYPE.directory)
      mkdirSync(fsPath(root), 0o700);
    else if (!isRoot) chmodSync(fsPath(root), 0o700);
    if (listXattrs(lower)?.[opaqueXattr(flavour)] === 'y') clear(root);
    if (!covered.has(path)) {
      for (const name of readdirSync(fsPath(lower), { encoding: 'latin1' })) {
        await this.#entry(
          `${lower}/${name}`,
          `${root}/${name}`,
          path === '' ? name : `${path}/${name}`,
        );
      }
    }
    copyMetadata(lower, root, { stat, isRoot });
  }

  async #entry(lower: string, root: string, path: string): Promise<void> {
    await this.#pace.step();
    const stat = lstatSync(fsPath(lower), { bigint: true });
    if (typeOf(stat) === FILE_TYPE.directory) return this.directory(lower, root, path);
    remove(root);
    if (!isWhiteout(stat)) this.#file(lower, root, stat);
  }

  #file(lower: string, root: string, stat: BigIntStats): void {
    const { isRoot } = this.#options;
    const key = stat.nlink > 1n ? `${stat.dev}:${stat.ino}` : undefined;
    const linked = key === undefined ? undefined : this.#links.get(key);
    if (linked !== undefined) {
      linkSync(fsPath(linked), fsPath(root));
      return;
    }
    copyFile(lower, root, { stat, isRoot });
    if (key !== undefined) this.#links.set(key, root);
  }
}

function statOrNone(path: string): BigIntStats | undefined {
  return lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
}

function clear(directory: string): void {
  for (const name of readdirSync(fsPath(directory), { encoding: 'latin1' })) {
    remove(`${directory}/${name}`);
  }
}

/** Removes a file or directory, if it is there, also one whose owner may not write in it. */
export function remove(path: string): void {
  try {
    rmSync(fsPath(path), { recursive: true, force: true });
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'ENOTEMPTY')) throw error;
    allow(path);
    rmSync(fsPath(path), { recursive: true, force: true });
  }
}

function allow(path: string): void {
  const stat = statOrNone(path);
  if (stat === undefined || typeOf(stat) !== FILE_TYPE.directory) return;
  chmodSync(fsPath(path), 0o700);
  for (const name of readdirSync(fsPath(path), { encoding: 'latin1' })) allow(`${path}/${name}`);
}
