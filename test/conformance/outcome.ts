/** What is in an OCI layout that a build wrote, as text made for comparing and reading. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContent, readTar, type TarHeader } from '../../src/archive/index.ts';
import {
  type Descriptor,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  digestHex,
  digestOf,
  formatPlatform,
  type ImageConfig,
  type ImageIndex,
  type Manifest,
} from '../../src/oci/index.ts';
import type { Outcome } from './case.ts';

const COMMENT = 'buildkit.dockerfile.v0';
/** Longer contents are given by size and digest. */
const SHOWN = 1500;

/** One file: what it is, and which inode it is. */
interface Found {
  readonly line: string;
  readonly inode: object;
}
type Files = Map<string, Found>;

interface LayerContent {
  readonly entries: readonly [path: string, header: TarHeader, content: Buffer][];
}

export interface Shown {
  /** By it the base image's layer and history entry are known. */
  readonly baseDiffId: string;
  /** The paths of each layer are listed. */
  readonly layers: boolean;
  /** Paths that are shown with their time. */
  readonly times: readonly string[];
}

export async function readOutcome(layout: string, options: Shown): Promise<Outcome> {
  const blob = ({ digest }: Descriptor) =>
    readFileSync(join(layout, 'blobs/sha256', digestHex(digest)));
  const manifest = readManifest(layout, blob);
  const config = decodeImageConfig(blob(manifest.config));
  const isBased = config.rootfs.diff_ids[0] === options.baseDiffId;
  const layers: LayerContent[] = [];
  for (const layer of manifest.layers) layers.push(await readLayer(blob(layer)));
  const applyLayers = (all: readonly LayerContent[]) => mergeLayers(all, options.times);
  const base = isBased ? applyLayers(layers.slice(0, 1)) : new Map<string, Found>();
  const merged = applyLayers(layers);
  const own = layers.slice(isBased ? 1 : 0);
  return {
    platform: formatPlatform(config),
    ...(config.author !== undefined && config.author !== '' && { author: config.author }),
    config: definedOnly(config.config ?? {}),
    history: historyLines(config, isBased),
    files: difference(base, merged),
    ...(options.layers && { layers: own.map(layerPaths) }),
  };
}

function readManifest(layout: string, blob: (descriptor: Descriptor) => Buffer): Manifest {
  const index: ImageIndex = decodeIndex(readFileSync(join(layout, 'index.json')));
  const [first, ...others] = index.manifests;
  if (first === undefined || others.length > 0) throw new Error(`${layout}: not one image`);
  return decodeManifest(blob(first));
}

async function readLayer(bytes: Buffer): Promise<LayerContent> {
  const entries: [string, TarHeader, Buffer][] = [];
  const source = bytes[0] === 0x1f ? (await import('node:zlib')).gunzipSync(bytes) : bytes;
  for await (const member of readTar([source])) {
    const path = member.header.path.replace(/^(\.?\/)+/, '').replace(/\/$/, '');
    const content = await readContent(member, 1 << 28);
    entries.push([path === '.' ? '' : path, member.header, content]);
  }
  return { entries };
}

/** The merged file system: whiteouts done, hard links as one inode. */
function mergeLayers(layers: readonly LayerContent[], times: readonly string[]): Files {
  const files: Files = new Map();
  for (const { entries } of layers) {
    const below = new Set(files.keys());
    for (const [path, header, content] of entries) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (name === '.wh..wh..opq') removeBelow(files, below, parent);
      else if (name.startsWith('.wh.')) {
        const hidden = join(parent, name.slice(4));
        removeBelow(files, below, hidden);
        if (below.has(hidden)) files.delete(hidden);
      } else {
        if (header.type !== 'directory') removeBelow(files, below, path);
        const found = foundFile(files, header, content);
        const time =
          header.type !== 'directory' && times.includes(path) ? ` at ${timeOf(header)}` : '';
        files.set(path, { ...found, line: `${found.line}${time}` });
      }
    }
  }
  files.delete('');
  return files;
}

function removeBelow(files: Files, below: ReadonlySet<string>, directory: string): void {
  for (const path of below) {
    if (directory === '' || path.startsWith(`${directory}/`)) files.delete(path);
  }
}

function foundFile(files: Files, header: TarHeader, content: Buffer): Found {
  if (header.type !== 'hardlink') return { line: describe(header, content), inode: {} };
  const target = (header.linkTarget ?? '').replace(/^(\.?\/)+/, '');
  const found = files.get(target);
  if (found === undefined) throw new Error(`hard link to nothing: ${header.path} -> ${target}`);
  return found;
}

function timeOf({ mtime, mtimeNs }: TarHeader): string {
  return new Date(mtime * 1000 + mtimeNs / 1e6).toISOString();
}

/** `file 0644 0:0 "content"`, `directory 0755 0:0`, `symlink 0:0 -> target`, `char 0644 0:0 1,3`, and xattrs. */
function describe(header: TarHeader, content: Buffer): string {
  const mode = header.mode.toString(8).padStart(4, '0');
  const owner = `${header.uid}:${header.gid}`;
  const xattrs = Object.entries(header.xattrs ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join('');
  switch (header.type) {
    case 'file':
      return `file ${mode} ${owner} ${contentText(content)}${xattrs}`;
    case 'symlink':
      return `symlink ${owner} -> ${header.linkTarget}${xattrs}`;
    case 'char':
    case 'block':
      return `${header.type} ${mode} ${owner} ${header.devMajor},${header.devMinor}${xattrs}`;
    default:
      return `${header.type} ${mode} ${owner}${xattrs}`;
  }
}

function contentText(content: Buffer): string {
  const text = content.toString('utf8');
  const isText = Buffer.from(text).equals(content) && !/[\0\x01-\x08\x0e-\x1f]/.test(text);
  if (isText && text.length <= SHOWN) return JSON.stringify(text);
  return `${content.length} bytes ${digestOf(content)}`;
}

/** Paths that are new, changed (`line`) or gone (`deleted`); names that share an inode say so. */
function difference(base: Files, merged: Files): Record<string, string> {
  const result: Record<string, string> = {};
  const first = new Map<object, string>();
  for (const path of [...merged.keys()].sort()) {
    const found = merged.get(path);
    if (found === undefined) continue;
    const other = first.get(found.inode);
    if (other === undefined) first.set(found.inode, path);
    const line = other === undefined ? found.line : `= ${other}`;
    if (base.get(path)?.line !== found.line) result[path] = line;
  }
  for (const path of base.keys()) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const parentGone = parent !== '' && base.has(parent) && !merged.has(parent);
    if (!merged.has(path) && !parentGone) result[path] = 'deleted';
  }
  return result;
}

function layerPaths({ entries }: LayerContent): string[] {
  const paths = entries.map(([path]) => path);
  return entries
    .filter(
      ([path, { type }]) =>
        path !== '' &&
        (type !== 'directory' || !paths.some((other) => other.startsWith(`${path}/`))),
    )
    .map(([path]) => path)
    .sort();
}

function historyLines({ history = [] }: ImageConfig, isBased: boolean): string[] {
  return history.slice(isBased ? 1 : 0).map((entry) => {
    const kind = entry.empty_layer === true ? 'empty' : 'layer';
    const comment = entry.comment === COMMENT ? '' : ` (comment ${entry.comment ?? 'none'})`;
    return `${kind}: ${entry.created_by ?? ''}${comment}`;
  });
}

/** Members that are null mean the same as absent ones. */
function definedOnly(config: object): Record<string, unknown> {
  const entries = Object.entries(config).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
