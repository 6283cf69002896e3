/** What a Dockerfile with a single stage would have shipped, from the layers of a build with several. */
import type { LayerEntry } from '../../layers/index.ts';

/** A layer of a stage. */
export interface StageLayer {
  readonly id: string;
  /** Bytes of its files; a group of hard links counts once. */
  readonly bytes: number;
  /** Undefined where its index is not at hand: then it counts as a whole. */
  readonly entries: Iterable<LayerEntry> | undefined;
}

/**
 * One stage holds what all stages hold: layers that several of them have, such as those of a common base, once, and files
 * that a stage has at the path, and with the size, of another stage's file once too, since one `apt-get install` serves
 * both. What a stage itself ships twice, a single stage ships twice.
 *
 * @param stages the layers of each stage, bottom first; the target last, without its copies from other stages
 * @returns bytes
 */
export function joinedStages(stages: readonly (readonly StageLayer[])[]): number {
  const counted = new Set<string>();
  const known = new Map<string, number>();
  let bytes = 0;
  for (const layers of stages) {
    const own: (readonly [path: string, size: number])[] = [];
    for (const { id, bytes: all, entries } of layers) {
      if (counted.has(id)) continue;
      counted.add(id);
      if (entries === undefined) bytes += all;
      for (const [path, size] of filesOf(entries ?? [])) {
        if (known.get(path) !== size) bytes += size;
        own.push([path, size]);
      }
    }
    for (const [path, size] of own) known.set(path, size);
  }
  return bytes;
}

function* filesOf(entries: Iterable<LayerEntry>): Generator<readonly [string, number]> {
  const groups = new Set<number>();
  for (const entry of entries) {
    if (entry.kind !== 'entry' || entry.type !== 'file') continue;
    const { path, size, linkGroup } = entry;
    if (linkGroup !== undefined && groups.has(linkGroup)) continue;
    if (linkGroup !== undefined) groups.add(linkGroup);
    yield [path, size];
  }
}
