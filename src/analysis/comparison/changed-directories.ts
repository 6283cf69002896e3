/** Sums the differences of files by directory. */
import type { DirectoryChange, FileDifference } from '../types.ts';

type Sums = { -readonly [Key in keyof DirectoryChange]: DirectoryChange[Key] };

/** A directory with less than this of what differs in the one above it says something that one does not. */
const MOSTLY = 0.95;

/** @returns largest first; without directories whose differences are nearly all in one directory below them */
export function changedDirectories(files: readonly FileDifference[]): DirectoryChange[] {
  const found = new Map<string, Sums>();
  for (const file of files) {
    for (const path of parents(file.path)) add(sumsAt(found, path), file);
  }
  const heaviest = new Map<string, number>();
  for (const sums of found.values()) {
    if (sums.path === ROOT) continue;
    const above = parentOf(sums.path);
    heaviest.set(above, Math.max(heaviest.get(above) ?? 0, weight(sums)));
  }
  return [...found.values()]
    .filter((sums) => (heaviest.get(sums.path) ?? 0) < weight(sums) * MOSTLY)
    .sort((a, b) => weight(b) - weight(a) || (a.path < b.path ? -1 : 1));
}

const ROOT = '/';

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || ROOT;
}

function* parents(path: string): Generator<string> {
  for (let up = parentOf(path); ; up = parentOf(up)) {
    yield up;
    if (up === ROOT) return;
  }
}

function sumsAt(found: Map<string, Sums>, path: string): Sums {
  const known = found.get(path);
  if (known !== undefined) return known;
  const sums = { path, added: 0, removed: 0, changed: 0, before: 0, after: 0 };
  found.set(path, sums);
  return sums;
}

function add(sums: Sums, { kind, sizeA = 0, sizeB = 0 }: FileDifference): void {
  sums[kind]++;
  sums.before += sizeA;
  sums.after += sizeB;
}

/** Bytes, or less than a byte for each file, so that directories without bytes have an order too. */
function weight({ before, after, added, removed, changed }: Sums): number {
  return Math.max(before, after) + (added + removed + changed) / 2 ** 24;
}
