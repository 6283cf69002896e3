/** Which file made the difference between two lists. */
import type { ListedFile } from './file-list.ts';

export interface FileChange {
  /** latin1 bytes. */
  readonly path: string;
  readonly before: ListedFile | undefined;
  readonly after: ListedFile | undefined;
}

/**
 * Changed files first, then new ones, then those that are gone; each in the order of the lists. Directories that came or went
 * are last: they did with the files in them.
 */
export function fileChanges(
  before: readonly ListedFile[],
  after: readonly ListedFile[],
): readonly FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const now = new Map(after.map((file) => [file.path, file]));
  const changed: FileChange[] = [];
  const added: FileChange[] = [];
  for (const [path, file] of now) {
    const known = old.get(path);
    if (known === undefined) added.push({ path, before: undefined, after: file });
    else if (!isSame(known, file)) changed.push({ path, before: known, after: file });
  }
  const removed = [...old]
    .filter(([path]) => !now.has(path))
    .map(([path, file]) => ({ path, before: file, after: undefined }));
  const cameOrWent = [...added, ...removed];
  return [
    ...changed,
    ...cameOrWent.filter((change) => !isDirectory(change)),
    ...cameOrWent.filter(isDirectory),
  ];
}

function isDirectory({ before, after }: FileChange): boolean {
  return (after ?? before)?.type === 'directory';
}

function isSame(a: ListedFile, b: ListedFile): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.size === b.size &&
    a.digest === b.digest
  );
}

/** What of one file differs from the other, in words: `12 bytes`, `mode 0755`. */
export function describeFile(
  file: ListedFile | undefined,
  other: ListedFile | undefined,
): string | null {
  if (file === undefined) return null;
  if (other === undefined) return whole(file);
  const words: string[] = [];
  if (file.type !== other.type) words.push(file.type);
  if (file.type === 'file' && (file.size !== other.size || file.digest !== other.digest)) {
    words.push(bytes(file.size));
    if (file.size === other.size) words.push(`content ${file.digest.slice(0, 8)}`);
  }
  if (file.type === 'symlink' && file.digest !== other.digest) words.push(`link to ${file.digest}`);
  if (file.mode !== other.mode) words.push(`mode ${octal(file.mode)}`);
  if (file.uid !== other.uid || file.gid !== other.gid) words.push(`owner ${file.uid}:${file.gid}`);
  return words.length === 0 ? whole(file) : words.join(', ');
}

function whole({ type, size, mode }: ListedFile): string {
  return type === 'file' ? `${bytes(size)}, mode ${octal(mode)}` : `${type}, mode ${octal(mode)}`;
}

function bytes(size: number): string {
  return size === 1 ? '1 byte' : `${size} bytes`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
