/**
 * Puts selected files at the destination, by BuildKit's rules: symlinks in the destination's path, also the last one,
 * are followed inside the file system; a file goes into a directory that exists; directories are merged; a directory
 * never becomes a file, nor a file a directory.
 */
import { AppError, faultIn, inPart, type Warning } from '../errors.ts';
import {
  type BytePath,
  type FileEntry,
  type FileTree,
  joinPath,
  parentPath,
  parseMode,
  toBytes,
  toText,
} from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import { type DraftFile, directoryOverFile, LayerDraft } from './layer-draft.ts';
import type { Owner } from './owner.ts';
import { putArchive } from './put-archive.ts';
import type { SelectedFiles, SelectedRoot } from './selection/index.ts';
import type { UnpackedArchive } from './unpack.ts';

export interface PutOptions {
  /**
   * Resolved `op.owner`, of everything copied or implied; undefined: owners as selected, 0:0 for implied directories.
   */
  readonly owner: Owner | undefined;
  /** Milliseconds since the epoch: the time of implied directories. */
  readonly now: number;
  /** For each root that is an archive. */
  readonly archives?: ReadonlyMap<SelectedRoot, UnpackedArchive> | undefined;
}

export interface PutResult {
  /** Sorted by path: the entries of the layer. Can be iterated once, and throws as `putFiles`. */
  readonly files: Iterable<DraftFile>;
  readonly warnings: readonly Warning[];
}

/**
 * @param base the file system copied into; undefined for an empty one
 * @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY, PATH_NOT_A_DIRECTORY, SYMLINK_LOOP,
 * ARCHIVE_UNSAFE_MEMBER
 */
export function putFiles(
  op: CopyOp,
  selected: readonly SelectedFiles[],
  base: FileTree | undefined,
  options: PutOptions,
): PutResult {
  const { owner, archives } = options;
  const draft = new LayerDraft(isLinked(op) ? undefined : base, {
    mode: madeDirectoryMode(op.mode),
    uid: owner?.uid ?? 0,
    gid: owner?.gid ?? 0,
    mtime: Math.floor(options.now / 1000),
  });
  const destination = toBytes(op.destination);
  const only = onlyDirectory(selected);
  if (only !== undefined) {
    return { files: directoryFiles(draft, { destination, owner }, only), warnings: [] };
  }
  const targets = new Map<BytePath, SelectedRoot>();
  const warnings: Warning[] = [];
  for (const { roots } of selected) {
    const to = { destination, owner, groups: new Map<number, number>() };
    for (const root of roots) {
      const archive = archives?.get(root);
      if (archive !== undefined) putMembers(draft, to, { root, archive });
      else {
        const target = inPart('destination', () => putRoot(draft, to, root));
        if (root.kind !== 'file') continue;
        const before = targets.get(target);
        if (before !== undefined && nameOf(before) !== nameOf(root)) {
          warnings.push(overwritten(target, before, root));
        }
        targets.set(target, root);
      }
    }
  }
  return { files: draft.files(), warnings };
}

function onlyDirectory(selected: readonly SelectedFiles[]): SelectedRoot | undefined {
  const roots = selected.flatMap((one) => one.roots);
  return roots.length === 1 && roots[0]?.kind === 'directory' ? roots[0] : undefined;
}

/**
 * The entries of one directory, of which no path repeats, without a draft of all of them: first those that lead to it,
 * then those in it, which are sorted already.
 */
function* directoryFiles(
  draft: LayerDraft,
  { destination, owner }: Destination,
  root: SelectedRoot,
): Generator<DraftFile, void> {
  const to = { destination, owner, groups: new Map<number, number>() };
  try {
    const target = findTarget(draft, destination, root);
    const files = rootFiles(draft, to, { root, target });
    let next = files.next();
    // The directory itself.
    for (; next.done !== true && next.value.entry.path === target; next = files.next()) {
      draft.put(next.value);
    }
    yield* draft.files();
    for (; next.done !== true; next = files.next()) {
      const file = draft.merged(next.value);
      if (file !== undefined) yield file;
    }
  } catch (error) {
    faultIn('destination')(error);
  }
}

/** The archive's contents may be at fault, or the destination. */
function putMembers(
  draft: LayerDraft,
  to: Destination,
  { root, archive }: { readonly root: SelectedRoot; readonly archive: UnpackedArchive },
): void {
  try {
    putArchive(draft, to, archive);
  } catch (error) {
    const isUnsafe = error instanceof AppError && error.code === 'ARCHIVE_UNSAFE_MEMBER';
    faultIn(isUnsafe ? root.part : 'destination')(error);
  }
}

/** A wildcard's match by its path, a here-document by its name. */
function nameOf({ top, source }: SelectedRoot): string {
  return top.path === '' ? `<<${source}` : toText(top.path);
}

/** As in BuildKit: of several files with the same target, the last one remains. */
function overwritten(target: BytePath, before: SelectedRoot, after: SelectedRoot): Warning {
  const names = [before, after].map((root) => `'${nameOf(root)}'`);
  const path = `/${toText(target)}`;
  const isSameName = before.name === after.name;
  return {
    code: 'COPY_OVERWRITTEN',
    message: `${names.join(' and ')} are both copied to '${path}': the last one wins`,
    hint: isSameName
      ? 'copy them to separate directories'
      : `end the destination with a slash if it is a directory: ${path}/`,
  };
}

/** Whether a copy ignores the file system below. BuildKit copies without --link if there is a --chmod. */
export function isLinked(op: CopyOp): boolean {
  return op.link && op.mode === undefined;
}

export interface Destination {
  readonly destination: BytePath;
  readonly owner: Owner | undefined;
}

/** Implied directories take an octal --chmod without its special bits, or 0755. */
function madeDirectoryMode(mode: string | undefined): number {
  const spec = mode === undefined ? undefined : parseMode(mode);
  return spec?.kind === 'octal' ? spec.mode & 0o777 : 0o755;
}

interface RootTarget extends Destination {
  /** Link groups of the layer by those of the selection, which has its own numbers. */
  readonly groups: Map<number, number>;
}

/** @returns the path of a file, or of the directory it was merged into */
function putRoot(draft: LayerDraft, to: RootTarget, root: SelectedRoot): BytePath {
  const target = findTarget(draft, to.destination, root);
  for (const file of rootFiles(draft, to, { root, target })) draft.put(file);
  return target;
}

/** The files of a root, at their paths in the file system. */
function* rootFiles(
  draft: LayerDraft,
  { owner, groups }: RootTarget,
  { root, target }: { readonly root: SelectedRoot; readonly target: BytePath },
): Generator<DraftFile, void> {
  let number = 0;
  for (const file of root.files) {
    const from = { file, root, number: number++ };
    const { content } = file;
    const entry = owned(file.entry, joinPath(target, file.entry.path), owner);
    const { linkGroup } = entry;
    if (linkGroup === undefined) yield { entry, content, from };
    else {
      const group = groups.get(linkGroup) ?? draft.newLinkGroup();
      groups.set(linkGroup, group);
      yield { entry: { ...entry, linkGroup: group }, content, from };
    }
  }
}

function owned(entry: FileEntry, path: BytePath, owner: Owner | undefined): FileEntry {
  if (owner !== undefined) return { ...entry, path, uid: owner.uid, gid: owner.gid };
  return path === entry.path ? entry : { ...entry, path };
}

/** The path of a file, or of the directory whose contents are merged; makes missing directories. */
function findTarget(draft: LayerDraft, destination: BytePath, root: SelectedRoot): BytePath {
  const meansDirectory = /(?:^|\/)\.?$/.test(destination);
  if (meansDirectory) draft.makeDirectories(draft.resolve(destination));
  const target = draft.resolve(destination);
  const existing = draft.lookup(target);
  if (root.kind === 'directory') {
    if (existing !== undefined && existing.type !== 'directory') {
      throw directoryOverFile(root.source, target);
    }
    draft.makeDirectories(target, { like: root.top });
    return target;
  }
  const inside = existing?.type === 'directory' ? joinPath(target, root.name) : target;
  draft.makeDirectories(parentPath(inside));
  return inside;
}
