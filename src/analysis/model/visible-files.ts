/** What the final file system shows. */
import type { BytePath } from '../../files/index.ts';
import type { ImageModel } from './image-model.ts';
import { LinkGroups } from './link-groups.ts';
import { NONE } from './path-table.ts';
import type { Version } from './version-table.ts';

export interface VisibleTotals {
  /** Bytes of regular files, each group of hard links once. */
  readonly bytes: number;
  /** Regular files; each name of a hard link counts. */
  readonly files: number;
}

export function visibleTotals(model: ImageModel): VisibleTotals {
  const { versions } = model;
  const links = new LinkGroups(versions);
  let [bytes, files] = [0, 0];
  for (let version = 0; version < versions.length; version++) {
    if (!versions.isFile(version) || versions.hiddenBy(version) !== NONE) continue;
    files++;
    if (!links.isFurther(version)) bytes += versions.size(version);
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
  const firsts = new Int32Array(versions.contents).fill(NONE);
  const groups = new Map<number, Version[]>();
  for (const version of visibleContents(model)) {
    const content = versions.content(version);
    if (content === NONE) continue;
    const first = firsts[content] ?? NONE;
    if (first === NONE) firsts[content] = version;
    else if (!groups.get(content)?.push(version)) groups.set(content, [first, version]);
  }
  const found = [...groups.values()]
    .map((group) => ({
      bytes: (group.length - 1) * versions.size(group[0] ?? 0),
      paths: group.map((version) => model.path(version)).sort(),
    }))
    .sort((a, b) => b.bytes - a.bytes || ((a.paths[0] ?? '') < (b.paths[0] ?? '') ? -1 : 1));
  return { bytes: found.reduce((sum, { bytes }) => sum + bytes, 0), groups: found };
}

/** Visible files that have the size of another and no digest: only their digests tell whether they are duplicates. */
export function duplicateCandidates(model: ImageModel): Version[] {
  const { versions } = model;
  const lacking = [...visibleContents(model)].filter((version) => !versions.hasDigest(version));
  if (lacking.length === 0) return lacking;
  const counts = new Map<number, number>();
  for (const version of visibleContents(model)) {
    const size = versions.size(version);
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  return lacking.filter((version) => (counts.get(versions.size(version)) ?? 0) > 1);
}

/** The visible regular files that are not empty, by layer and path, without further hard links of a file. */
function* visibleContents(model: ImageModel): Generator<Version> {
  const { versions } = model;
  const links = new LinkGroups(versions);
  for (let version = 0; version < versions.length; version++) {
    if (!versions.isFile(version) || versions.hiddenBy(version) !== NONE) continue;
    if (!links.isFurther(version) && versions.size(version) > 0) yield version;
  }
}
