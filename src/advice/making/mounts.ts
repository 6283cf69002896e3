/** Mounts of RUN whose files are in no layer. */
import type { RunInstruction } from '../../dockerfile/index.ts';

/** Targets of the cache and tmpfs mounts of a RUN. */
export function scratchTargets(run: RunInstruction): readonly string[] {
  return run.mounts.flatMap(({ fields }) => {
    const value = (...keys: readonly string[]) =>
      fields.find(({ key }) => keys.includes(key))?.value?.text;
    const type = value('type') ?? 'bind';
    if (type !== 'cache' && type !== 'tmpfs') return [];
    return [value('target', 'dst', 'destination') ?? ''];
  });
}

/** Whether a cache or tmpfs mount has its target in such a path. */
export function hasScratchMount(run: RunInstruction, part: string): boolean {
  return scratchTargets(run).some((target) => target.includes(part));
}
