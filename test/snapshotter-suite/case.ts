/** One case of the suite, as data, and how its layers are written down. */
import type { FileEntry } from '../../src/files/index.ts';
import type { LayerItem } from '../../src/layers/index.ts';
import { entry } from '../support/layers.ts';

/** What not everybody may do: make device nodes, have files of several owners (and so file capabilities), names of 255 bytes. */
export type Need = 'devices' | 'owners' | 'longNames';

export interface SnapshotCase {
  readonly name: string;
  /** Over a root file system with only a shell, bottom first; paths are below the working directory. */
  readonly lowers: readonly (readonly LayerItem[])[];
  /** A line of shell that must succeed and say nothing. */
  readonly script: string;
  /** The entries of the new layer, as `describeEntries` shows them. */
  readonly entries: readonly string[];
  /** Where a copy of files cannot tell what the kernel's overlay tells; see `docs/isolation.md`. */
  readonly entriesOfCopy?: readonly string[];
  readonly needs?: Need;
}

/** The time of everything in the lower layers: 1970-01-01 00:16:40. */
const TIME = { mtime: 1000, mtimeNs: 0 };

type Extra = Partial<FileEntry>;

export function file(path: string, content: string, extra: Extra = {}): LayerItem {
  const bytes = Buffer.from(content);
  const made = entry(path, { ...TIME, ...extra, size: bytes.length });
  return { kind: 'entry', entry: made, content: bytes };
}

export function directory(path: string, extra: Extra & { readonly opaque?: true } = {}): LayerItem {
  const { opaque, ...rest } = extra;
  return { kind: 'entry', entry: entry(path, { ...TIME, ...rest, type: 'directory' }), opaque };
}

export function symlink(path: string, linkTarget: string): LayerItem {
  return { kind: 'entry', entry: entry(path, { ...TIME, type: 'symlink', linkTarget }) };
}

export function special(path: string, type: 'fifo' | 'char', extra: Extra = {}): LayerItem {
  return { kind: 'entry', entry: entry(path, { ...TIME, ...extra, type }) };
}

/** Names of one file, once in a layer. */
export function hardLinks(paths: readonly string[], content: string): readonly LayerItem[] {
  return paths.map((path) => file(path, content, { linkGroup: 1 }));
}

export function whiteout(path: string): LayerItem {
  return { kind: 'whiteout', path };
}
