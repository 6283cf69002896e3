/** Compares two sets of files: which files each has, and how common files differ. */
import { comparePaths, type FileEntry, toText } from '../files/index.ts';
import type { LayerFile } from '../layers/index.ts';
import { causeOf } from './causes.ts';
import { compareContents } from './compare-contents.ts';
import type { ComparedFile, ComparedFiles } from './compared-files.ts';
import type { Change, FileDifference } from './types.ts';

export interface CompareOptions {
  /** Whether times count. */
  readonly times: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** @returns what differs, in order of paths */
export async function compareFiles(
  a: ComparedFiles,
  b: ComparedFiles,
  options: CompareOptions,
): Promise<readonly FileDifference[]> {
  const differences: FileDifference[] = [];
  for (const [x, y] of pairs(a.items, b.items)) {
    options.signal?.throwIfAborted();
    if (x !== undefined && y !== undefined) {
      const changes = await changesOf({ a, x }, { b, y }, options);
      if (changes.length > 0) differences.push(difference('changed', x, y, changes));
    } else if (x !== undefined) differences.push(difference('removed', x, y, []));
    else if (y !== undefined) differences.push(difference('added', x, y, []));
  }
  return differences;
}

/** Pairs the files of two sorted lists by path. */
function* pairs(
  a: readonly ComparedFile[],
  b: readonly ComparedFile[],
): Generator<readonly [ComparedFile | undefined, ComparedFile | undefined]> {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    const order = x === undefined ? 1 : y === undefined ? -1 : comparePaths(x.path, y.path);
    if (order <= 0) i++;
    if (order >= 0) j++;
    yield [order <= 0 ? x : undefined, order >= 0 ? y : undefined];
  }
}

function difference(
  kind: FileDifference['kind'],
  x: ComparedFile | undefined,
  y: ComparedFile | undefined,
  changes: readonly Change[],
): FileDifference {
  const path = `/${toText((x ?? y)?.path ?? '')}`;
  return { path, kind, sizeA: sizeOf(x), sizeB: sizeOf(y), changes, cause: causeOf(path) };
}

function sizeOf(item: ComparedFile | undefined): number | undefined {
  return item?.kind === 'entry' && item.type === 'file' ? item.size : undefined;
}

async function changesOf(
  { a, x }: { readonly a: ComparedFiles; readonly x: ComparedFile },
  { b, y }: { readonly b: ComparedFiles; readonly y: ComparedFile },
  { times }: CompareOptions,
): Promise<readonly Change[]> {
  if (x.kind === 'whiteout' || y.kind === 'whiteout') {
    return x.kind === y.kind ? [] : [{ what: 'type', a: typeOf(x), b: typeOf(y) }];
  }
  if (x.type !== y.type) return [{ what: 'type', a: x.type, b: y.type }];
  const changes = PROPERTIES.flatMap(([what, describe]): Change[] => {
    if (what === 'time' && !times) return [];
    const [p, q] = [describe(x), describe(y)];
    return p === q ? [] : [{ what, a: p, b: q }];
  });
  if (x.type !== 'file' || isSameContent(x, y)) return changes;
  if (a.content === undefined || b.content === undefined) {
    return [...changes, { what: 'content', a: x.digest ?? UNKNOWN, b: y.digest ?? UNKNOWN }];
  }
  const found = await compareContents(a.content(x), b.content(y));
  if (found === undefined) return changes;
  const at = `at byte ${found.offset}: `;
  return [...changes, { what: 'content', a: `${at}${found.a}`, b: `${at}${found.b}` }];
}

const UNKNOWN = 'unknown';

function typeOf(item: ComparedFile): string {
  return item.kind === 'whiteout' ? 'removed' : item.type;
}

function isSameContent(x: LayerFile, y: LayerFile): boolean {
  return x.digest !== undefined && x.digest === y.digest;
}

const PROPERTIES: readonly (readonly [Change['what'], (entry: FileEntry) => string])[] = [
  ['mode', ({ mode, type }) => (type === 'symlink' ? '' : mode.toString(8).padStart(4, '0'))],
  ['owner', ({ uid, gid }) => `${uid}:${gid}`],
  ['time', ({ mtime }) => timeText(mtime)],
  ['size', ({ size, type }) => (type === 'file' ? String(size) : '')],
  ['link target', ({ linkTarget }) => toText(linkTarget ?? '')],
  ['device', ({ devMajor, devMinor }) => (devMajor === undefined ? '' : `${devMajor}:${devMinor}`)],
  ['attributes', ({ xattrs }) => attributesText(xattrs)],
  ['hard links', ({ linkGroup }) => (linkGroup === undefined ? 'no' : 'yes')],
];

function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}

function attributesText(xattrs: FileEntry['xattrs']): string {
  return Object.entries(xattrs ?? {})
    .map(([name, value]) => `${name}=${Buffer.from(value, 'latin1').toString('hex')}`)
    .sort()
    .join(' ');
}
