/** The files of an image, or of one of its layers, from a model: without their contents, of which only digests are known. */
import { comparePaths, impliedDirectory } from '../files/index.ts';
import type { ComparedFile, ComparedFiles } from './compared-files.ts';
import { type ImageModel, NONE, ROOT, type Version } from './model/index.ts';

/** What a layer says, bottom first. Every regular file needs its digest. */
export function scannedLayerFiles(model: ImageModel, layer: number): ComparedFiles {
  return sorted([...model.versionsOf(layer)].map((version) => fileOf(model, version)));
}

/** The files that a container sees. Every regular file needs its digest. */
export function scannedImageFiles(model: ImageModel): ComparedFiles {
  const { paths, versions } = model;
  const known = new Set<number>([ROOT]);
  const parents = new Set<number>();
  const items: ComparedFile[] = [];
  for (const version of model.visible()) {
    const node = versions.node(version);
    known.add(node);
    if (node !== ROOT) items.push(fileOf(model, version));
    for (let up = paths.parent(node); up !== NONE && !parents.has(up); up = paths.parent(up)) {
      parents.add(up);
    }
  }
  for (const node of parents) {
    if (known.has(node)) continue;
    items.push({ kind: 'entry', ...impliedDirectory(paths.path(node)) });
  }
  return sorted(items);
}

function fileOf(model: ImageModel, version: Version): ComparedFile {
  const { versions } = model;
  if (versions.isWhiteout(version)) return { kind: 'whiteout', path: model.path(version) };
  const digest = versions.contentDigest(version);
  return { kind: 'entry', ...model.entry(version), ...(digest !== undefined && { digest }) };
}

function sorted(items: readonly ComparedFile[]): ComparedFiles {
  return {
    items: [...items].sort((a, b) => comparePaths(a.path, b.path)),
    content: undefined,
  };
}
