/** BuildKit's keys of a build's steps, with the digests of used files, read while their contexts are open. */
import type { VertexId } from '../../graph/index.ts';
import type { BuildkitInput, BuildkitKey } from './keys.ts';
import { type BuildFacts, Operations } from './operations.ts';

export interface SharedKeys {
  readonly keys: ReadonlyMap<VertexId, BuildkitKey>;
  /** Digests of the used files of inputs, as far as there are reliable ones. */
  readonly contents: ReadonlyMap<BuildkitInput, string>;
}

export async function sharedKeys(
  facts: BuildFacts,
  steps: readonly VertexId[],
): Promise<SharedKeys> {
  const operations = new Operations(facts);
  const keys = new Map<VertexId, BuildkitKey>();
  const contents = new Map<BuildkitInput, string>();
  const seen = new Set<BuildkitKey>();
  for (const id of steps) {
    const key = operations.keyOf(id);
    if (key === undefined) continue;
    keys.set(id, key);
    const open = [key];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const input of next.inputs) {
        if (input.key !== undefined) open.push(input.key);
        const content = await input.content?.();
        if (content !== undefined) contents.set(input, content);
      }
    }
  }
  return { keys, contents };
}
