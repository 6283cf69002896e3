/** Which history entry made which layer. */
import type { ImageConfig } from '../../oci/index.ts';

/**
 * The instruction of each layer, bottom first, as its history entry has it without what builders add.
 *
 * @returns null where the history does not say: entries that do not match the layers say nothing
 */
export function layerInstructions(
  { history = [] }: Pick<ImageConfig, 'history'>,
  layers: number,
): readonly (string | null)[] {
  const made = history.filter((entry) => entry.empty_layer !== true);
  if (made.length !== layers) return new Array<null>(layers).fill(null);
  return made.map(({ created_by: text }) => {
    const instruction = plainInstruction(text ?? '');
    // Some tools write what `docker history` prints.
    return instruction === '' || instruction === '<missing>' ? null : instruction;
  });
}

/** `RUN make` for `RUN |1 A=b /bin/sh -c make # buildkit` and `/bin/sh -c make`. */
export function plainInstruction(createdBy: string): string {
  const text = createdBy.replace(/ # buildkit$/, '').trim();
  const [, comment] = /^\/bin\/sh -c #\(nop\)\s+(.*)$/s.exec(text) ?? [];
  if (comment !== undefined) return comment.trim();
  const [, run] = /^(?:RUN )?(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/s.exec(text) ?? [];
  return run === undefined ? text : `RUN ${run.trim()}`;
}
