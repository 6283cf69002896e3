/**
 * Where the selected files go. The rules of the destination are those of BuildKit: symlinks on the way and at the
 * destination itself are followed inside the file system; a file goes into a directory that exists; directories are
 * merged; nothing turns a directory into a file or the other way round.
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
import { Canvas, directoryOverFile, type PlacedFile } from './canvas.ts';
import type { Owner } from './owner.ts';
import { placeArchive } from './place-archive.ts';
import type { SelectedFiles, SelectedRoot } from './selection/index.ts';
import type { UnpackedArchive } from './unpack.ts';

export interface PlaceOptions {
  /** Resolved `op.owner`: of everything that is copied or made on the way; undefined: as selected, made ones 0:0. */
  readonly owner: Owner | undefined;
  /** Milliseconds since the epoch: the time of directories made on the way. */
  readonly now: number;
  /** For each root that is an archive. */
  readonly archives?: ReadonlyMap<SelectedRoot, UnpackedArchive> | undefined;
}

export interface PlacedSelection {
  /** Sorted by path: what the layer will say. */
  readonly files: readonly PlacedFile[];
  readonly warnings: readonly Warning[];
}

/**
 * @param base the file system copied into; undefined for an empty one
 * @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY, PATH_NOT_A_DIRECTORY, SYMLINK_LOOP,
 * ARCHIVE_UNSAFE_MEMBER
 */
export function placeFiles(
  op: CopyOp,
  selected: readonly SelectedFiles[],
  base: FileTree | undefined,
  options: PlaceOptions,
): PlacedSelection {
  const { owner, archives } = options;
  const canvas = new Canvas(isLinked(op) ? undefined : base, {
    mode: madeDirectoryMode(op.mode),
    uid: owner?.uid ?? 0,
    gid: owner?.gid ?? 0,
    mtime: Math.floor(options.now / 1000),
  });
  const destination = toBytes(op.destination);
  const targets = new Map<BytePath, SelectedRoot>();
  const warnings: Warning[] = [];
  for (const { roots } of selected) {
    const to = { destination, owner, groups: new Map<number, number>() };
    for (const root of roots) {
      const archive = archives?.get(root);
      if (archive !== undefined) placeMembers(canvas, to, { root, archive });
      else {
        const target = inPart('destination', () => placeRoot(canvas, to, root));
        if (root.kind !== 'file') continue;
        const before = targets.get(target);
        if (before !== undefined && nameOf(before) !== nameOf(root)) {
          warnings.push(overwritten(target, before, root));
        }
        targets.set(target, root);
      }
    }
  }
  return { files: canvas.files(), warnings };
}

/** What an archive holds may be the fault, or what is at the destination. */
function placeMembers(
  canvas: Canvas,
  to: Destination,
  { root, archive }: { readonly root: SelectedRoot; readonly archive: UnpackedArchive },
): void {
  try {
    placeArchive(canvas, to, archive);
  } catch (error) {
    const isUnsafe = error instanceof AppError && error.code === 'ARCHIVE_UNSAFE_MEMBER';
    faultIn(isUnsafe ? root.part : 'destination')(error);
  }
}

/** A wildcard's match by its path, a here-document by its name. */
function nameOf({ top, source }: SelectedRoot): string {
  return top.path === '' ? `<<${source}` : toText(top.path);
}

/** As in BuildKit: the last of several files that go to one path is left. */
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

/** Whether a copy does not look at what it is put on. BuildKit copies without --link when there is a --chmod. */
export function isLinked(op: CopyOp): boolean {
  return op.link && op.mode === undefined;
}

export interface Destination {
  readonly destination: BytePath;
  readonly owner: Owner | undefined;
}

/** Directories made on the way take an octal --chmod without its special bits, or 0755. */
function madeDirectoryMode(mode: string | undefined): number {
  const spec = mode === undefined ? undefined : parseMode(mode);
  return spec?.kind === 'octal' ? spec.mode & 0o777 : 0o755;
}

interface RootPlace extends Destination {
  /** Link groups of the layer by those of the selection, whose numbers are its own. */
  readonly groups: Map<number, number>;
}

/** @returns the path of a file, or of the directory it was merged into */
function placeRoot(
  canvas: Canvas,
  { destination, owner, groups }: RootPlace,
  root: SelectedRoot,
): BytePath {
  const target = findTarget(canvas, destination, root);
  for (const from of root.files) {
    const path = joinPath(target, from.entry.path);
    const entry = owned(from.entry, path, owner);
    const { linkGroup } = entry;
    if (linkGroup === undefined) canvas.put({ entry, content: from.content, from });
    else {
      const group = groups.get(linkGroup) ?? canvas.newLinkGroup();
      groups.set(linkGroup, group);
      canvas.put({ entry: { ...entry, linkGroup: group }, content: from.content, from });
    }
  }
  return target;
}

function owned(entry: FileEntry, path: BytePath, owner: Owner | undefined): FileEntry {
  if (owner !== undefined) return { ...entry, path, uid: owner.uid, gid: owner.gid };
  return path === entry.path ? entry : { ...entry, path };
}

/** The path a file is put at, or the directory whose contents are merged; directories on the way are made. */
function findTarget(canvas: Canvas, destination: BytePath, root: SelectedRoot): BytePath {
  const meansDirectory = /(?:^|\/)\.?$/.test(destination);
  if (meansDirectory) canvas.makeDirectories(canvas.resolve(destination));
  const target = canvas.resolve(destination);
  const existing = canvas.lookup(target);
  if (root.kind === 'directory') {
    if (existing !== undefined && existing.type !== 'directory') {
      throw directoryOverFile(root.source, target);
    }
    canvas.makeDirectories(target, { like: root.top });
    return target;
  }
  const inside = existing?.type === 'directory' ? joinPath(target, root.name) : target;
  canvas.makeDirectories(parentPath(inside));
  return inside;
}
