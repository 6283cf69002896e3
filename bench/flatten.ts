/** The files of an image, whatever its layers: what must be the same, whoever built it. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decompress, readTar, type TarMember } from '../src/archive/index.ts';
import { run } from './measure.ts';
import { layerFiles } from './oci-files.ts';

/** By path: type, mode, owner, and the digest of content or link target. Times are each builder's own. */
export type FlatTree = ReadonlyMap<string, string>;

/** What builders leave behind when they run a step, each in its own way. */
const MOUNT_POINTS = /^(?:dev|proc|sys|run|etc|etc\/(?:hosts|hostname|resolv\.conf))(?:\/|$)/;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Applies the layers of an image in an archive. */
export async function flatten(archive: string): Promise<FlatTree> {
  const directory = mkdtempSync(`${archive}-`);
  try {
    await run({ program: 'tar', args: ['-xf', archive, '-C', directory] });
    const tree = new Map<string, string>();
    for (const layer of layerFiles(directory)) await apply(tree, layer);
    for (const path of tree.keys()) if (MOUNT_POINTS.test(path)) tree.delete(path);
    return tree;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Whether two trees are the same; otherwise the first path that differs. */
export function difference(a: FlatTree, b: FlatTree): string | undefined {
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  const path = paths.find((one) => a.get(one) !== b.get(one));
  return path === undefined ? undefined : `${path}: ${a.get(path)} and ${b.get(path)}`;
}

async function apply(tree: Map<string, string>, layer: string): Promise<void> {
  const own = new Map<string, string>();
  for await (const member of readTar(decompress(createReadStream(layer)))) {
    const path = member.header.path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    const name = path.slice(path.lastIndexOf('/') + 1);
    const parent = dirname(path) === '.' ? '' : dirname(path);
    if (name === OPAQUE) remove(tree, parent);
    else if (name.startsWith(WHITEOUT)) {
      const hidden = join(parent, name.slice(WHITEOUT.length));
      tree.delete(hidden);
      remove(tree, hidden);
    } else if (path !== '') own.set(path, await describe(member, own));
  }
  for (const [path, what] of own) {
    const replaces = tree.get(path)?.startsWith('directory') && !what.startsWith('directory');
    if (replaces) remove(tree, path);
    tree.set(path, what);
  }
}

function remove(tree: Map<string, string>, directory: string): void {
  for (const path of tree.keys()) if (path.startsWith(`${directory}/`)) tree.delete(path);
}

async function describe(
  { header, content }: TarMember,
  own: ReadonlyMap<string, string>,
): Promise<string> {
  const { type, mode, uid, gid, linkTarget = '' } = header;
  if (type === 'hardlink') return own.get(linkTarget.replace(/^\.?\/+/, '')) ?? 'missing';
  const owner = `${mode.toString(8)} ${uid}:${gid}`;
  if (type !== 'file') return `${type} ${type === 'symlink' ? '' : owner} ${linkTarget}`;
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return `file ${owner} ${hash.digest('hex')}`;
}
