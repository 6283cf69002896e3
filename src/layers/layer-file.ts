import type { BytePath, ContentDigest, FileEntry } from '../files/index.ts';
import type { LayerFile } from './layer-index.ts';

export interface LayerFileFacts {
  readonly path: BytePath;
  readonly opaque: boolean;
  readonly recreated?: boolean;
  readonly size: number;
  readonly digest: ContentDigest | undefined;
  readonly tarOffset: number | undefined;
}

/** A file in a layer, of no link group. Every key is there, so that all entries share one shape. */
export function layerFile(entry: FileEntry, facts: LayerFileFacts): LayerFile {
  return {
    kind: 'entry',
    path: facts.path,
    type: entry.type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size: facts.size,
    mtime: entry.mtime,
    mtimeNs: entry.mtimeNs,
    linkTarget: entry.linkTarget,
    linkGroup: undefined,
    devMajor: entry.devMajor,
    devMinor: entry.devMinor,
    xattrs: entry.xattrs,
    opaque: facts.opaque ? true : undefined,
    recreated: facts.recreated === true ? true : undefined,
    digest: facts.digest,
    tarOffset: facts.tarOffset,
  };
}
