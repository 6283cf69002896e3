/**
 * One digest for a list of files. It covers path, type, mode, owner, size, content, link target, device numbers,
 * capabilities and which entries are the same inode. It omits times, and everything else that layers do not keep.
 */
import { createHash } from 'node:crypto';
import type { BytePath, ContentDigest, FileEntry } from './entry.ts';
import { layerXattrs } from './xattrs.ts';

/** `sha512-256:<64 hex>`; internal to lamina, never in an image. */
export type TreeDigest = string & { readonly __brand: 'TreeDigest' };

export interface DigestedEntry {
  readonly entry: FileEntry;
  /** Required for files. */
  readonly digest?: ContentDigest | undefined;
  /** Anything else that distinguishes the entry for the caller; ASCII. */
  readonly note?: string | undefined;
}

const BATCH = 64 * 1024;

/** The digest of the entries in the order given. */
export function treeDigest(entries: Iterable<DigestedEntry>): TreeDigest {
  const hasher = createHash('sha512-256');
  const firstOfGroup = new Map<number, BytePath>();
  let batch = 'lamina-tree-1\n';
  for (const item of entries) {
    batch += keyText(item, firstOfGroup);
    if (batch.length < BATCH) continue;
    hasher.update(batch, 'latin1');
    batch = '';
  }
  hasher.update(batch, 'latin1');
  return `sha512-256:${hasher.digest('hex')}` as TreeDigest;
}

/** One line for each entry, in latin1. Each text has its length before it, so that no two lists have the same bytes. */
function keyText(item: DigestedEntry, firstOfGroup: Map<number, BytePath>): string {
  const { entry, digest } = item;
  if (entry.type === 'file' && digest === undefined) {
    throw new Error(`no content digest for ${JSON.stringify(entry.path)}`);
  }
  const numbers = `${entry.mode} ${entry.uid} ${entry.gid} ${entry.size}`;
  const device = `${entry.devMajor ?? 0} ${entry.devMinor ?? 0}`;
  const link = counted(entry.linkTarget) + counted(linkedTo(entry, firstOfGroup));
  const rest = `${keyXattrs(entry.xattrs)}${counted(item.note)}`;
  return `${counted(entry.path)}${entry.type} ${numbers} ${device} ${digest ?? '-'} ${link}${rest}\n`;
}

function counted(text: string | undefined): string {
  return text === undefined ? '- ' : `${text.length}:${text} `;
}

function keyXattrs(xattrs: FileEntry['xattrs']): string {
  const kept = Object.entries(layerXattrs(xattrs) ?? {});
  return `${kept.length} ${kept.map(([name, value]) => counted(name) + counted(value)).join('')}`;
}

/** Group numbers differ between trees: the key names the first member instead. */
function linkedTo(entry: FileEntry, firstOfGroup: Map<number, BytePath>): BytePath | undefined {
  if (entry.linkGroup === undefined) return undefined;
  const first = firstOfGroup.get(entry.linkGroup);
  if (first === undefined) firstOfGroup.set(entry.linkGroup, entry.path);
  return first;
}
