/** Shows entries of a layer as lines that tests can state: what is usual is left out. */
import { lstatSync, readFileSync } from 'node:fs';
import type { FileType } from '../../src/files/index.ts';
import type { LayerEntry, LayerFile } from '../../src/layers/index.ts';

const USUAL_MODES: ReadonlyMap<FileType, number> = new Map([
  ['directory', 0o755],
  ['symlink', 0o777],
]);
/** Everything that a process makes is later than this, and everything else is earlier. */
const LONG_AGO = 1_000_000_000;
const SHOWN_BYTES = 64;

/**
 * `path`, then `/` for a directory, `=content` of a short file, ` -> target`, or the type; mode and owner unless usual;
 * `links N` for names of one file; `@seconds.nanoseconds` for a time that is not that of the test.
 *
 * @param tree the upper directory, with the contents
 */
export function describeEntries(entries: readonly LayerEntry[], tree: string): readonly string[] {
  const groups = new Map<number, number>();
  const numberOf = (group: number) => {
    const number = groups.get(group) ?? groups.size + 1;
    groups.set(group, number);
    return number;
  };
  return entries.map((entry) =>
    entry.kind === 'whiteout' ? `${entry.path} whiteout` : describe(entry, { tree, numberOf }),
  );
}

function describe(
  file: LayerFile,
  { tree, numberOf }: { readonly tree: string; readonly numberOf: (group: number) => number },
): string {
  const isUsual = file.mode === (USUAL_MODES.get(file.type) ?? 0o644);
  const parts = [
    ...(isUsual ? [] : [file.mode.toString(8)]),
    ...(file.uid === 0 && file.gid === 0 ? [] : [`${file.uid}:${file.gid}`]),
    ...(file.linkGroup === undefined ? [] : [`links ${numberOf(file.linkGroup)}`]),
    ...(file.xattrs === undefined ? [] : Object.keys(file.xattrs)),
    ...(file.opaque === true ? ['opaque'] : []),
    ...(file.mtime > LONG_AGO ? [] : [`@${file.mtime}${nanoseconds(file)}`]),
  ];
  return [`${file.path}${kindOf(file, tree)}`, ...parts].join(' ');
}

function kindOf(file: LayerFile, tree: string): string {
  switch (file.type) {
    case 'directory':
      return '/';
    case 'symlink':
      return ` -> ${file.linkTarget}`;
    case 'file':
      return contentOf(file, tree);
    case 'fifo':
      return ' fifo';
    default:
      return ` ${file.type} ${file.devMajor}:${file.devMinor}`;
  }
}

function contentOf({ path, size }: LayerFile, tree: string): string {
  const host = Buffer.from(`${tree}/${path}`, 'latin1');
  if (size <= SHOWN_BYTES) return `=${readFileSync(host, 'latin1').trimEnd()}`;
  const { blocks } = lstatSync(host);
  return `=${size} bytes${blocks * 512 < size ? ' with holes' : ''}`;
}

function nanoseconds({ mtimeNs }: LayerFile): string {
  return mtimeNs === 0 ? '' : `.${String(mtimeNs).padStart(9, '0')}`;
}
