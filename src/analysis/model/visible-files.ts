/** What the final file system shows. */
import type { BytePath } from '../../files/index.ts';
import type { ImageModel } from './image-model.ts';
import { NONE } from './path-table.ts';
import type { Version } from './version-table.ts';

export interface VisibleTotals {
  /** Bytes of regular files, each group of hard links once. */
  readonly bytes: number;
  /** Regular files; each name of a hard link counts. */
  readonly files: number;
}

export function visibleTotals(model: ImageModel): VisibleTotals {
  let [bytes, files] = [0, 0];
  for (const { version, isFirst } of visibleContents(model)) {
    files++;
    if (isFirst) bytes += model.versions.size(version);
  }
  return { bytes, files };
}

/** Several visible files of one content that are no hard links of each other. */
export interface DuplicateGroup {
  /** What is saved if only one of them stays. */
  readonly bytes: number;
  /** Sorted. */
  readonly paths: readonly BytePath[];
}

export interface Duplicates {
  readonly bytes: number;
  /** Largest first. */
  readonly groups: readonly DuplicateGroup[];
}

/** Files whose digest the model lacks are no duplicates of any: see `duplicateCandidates`. */
export function duplicates(model: ImageModel): Duplicates {
  const { versions } = model;
  const groups = sameSized(model)
    .flatMap((group) => byDigest(model, group))
    .filter((group) => group.length > 1)
    .map((group) => ({
      bytes: (group.length - 1) * versions.size(group[0] ?? 0),
      paths: group.map((version) => model.path(version)).sort(),
    }))
    .sort((a, b) => b.bytes - a.bytes || ((a.paths[0] ?? '') < (b.paths[0] ?? '') ? -1 : 1));
  return { bytes: groups.reduce((sum, { bytes }) => sum + bytes, 0), groups };
}

/** Visible files that have the size of another and no digest: only their digests tell whether they are duplicates. */
export function duplicateCandidates(model: ImageModel): Version[] {
  return sameSized(model)
    .flat()
    .filter((version) => !model.versions.hasDigest(version));
}

/** Groups of several visible files of one size, without empty files and further hard links. */
function sameSized(model: ImageModel): Version[][] {
  const { versions } = model;
  const bySize = new Map<number, Version[]>();
  for (const { version, isFirst } of visibleContents(model)) {
    const size = versions.size(version);
    if (!isFirst || size === 0) continue;
    const known = bySize.get(size);
    if (known === undefined) bySize.set(size, [version]);
    else known.push(version);
  }
  return [...bySize.values()].filter((group) => group.length > 1);
}

function byDigest({ versions }: ImageModel, group: readonly Version[]): Version[][] {
  const groups = new Map<string, Version[]>();
  for (const version of group) {
    const digest = versions.digest(version);
    if (digest === undefined) continue;
    const known = groups.get(digest);
    if (known === undefined) groups.set(digest, [version]);
    else known.push(version);
  }
  return [...groups.values()];
}

interface VisibleContent {
  readonly version: Version;
  /** Not a further hard link of a file that came before. */
  readonly isFirst: boolean;
}

/** The visible regular files, by layer and path. */
function* visibleContents(model: ImageModel): Generator<VisibleContent> {
  const { versions } = model;
  for (const { index } of model.layers) {
    const groups = new Set<number>();
    for (const version of model.versionsOf(index)) {
      if (!versions.isFile(version) || versions.hiddenBy(version) !== NONE) continue;
      const group = versions.linkGroup(version);
      const isFirst = group === NONE || !groups.has(group);
      if (group !== NONE) groups.add(group);
      yield { version, isFirst };
    }
  }
}
