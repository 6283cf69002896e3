import type { Instruction } from '../../dockerfile/index.ts';
import { replace, riskyFix } from '../edits.ts';
import { adviceRule } from '../making/make.ts';
import { type PathSet, takenPaths } from '../making/taken-paths.ts';
import { type AnyCopy, copySteps, isCopy } from './copy-steps.ts';
import { overwrittenCopies } from './overwritten-copies.ts';

export const unusedCopy = adviceRule({
  code: 'UnusedCopy',
  severity: 'info',
  requires: 'something uses the files that COPY brings',
  why: 'What a later COPY overwrites stays in its layer, and is in the image twice; what nothing uses takes the time of the build.',
  check(file, report) {
    const taken = takenPaths(file);
    for (const stage of file.stages) {
      for (const { copy, what, hint } of unusedIn(stage.instructions, taken.get(stage))) {
        report({
          ...{ what, hint, range: copy.node.range, instruction: copy },
          fix: riskyFix('remove the instruction', replace(copy.node.extent, '')),
          savings: file.around.costs?.bytesOf(copy),
        });
      }
    }
  },
});

interface Unused {
  readonly copy: AnyCopy;
  readonly what: string;
  readonly hint: string;
}

/** @param taken by other stages; undefined: not known, or the stage is an image of its own */
function unusedIn(
  instructions: readonly Instruction[],
  taken: PathSet | undefined,
): readonly Unused[] {
  const steps = copySteps(instructions);
  const overwritten = overwrittenCopies(steps);
  const lastUse = instructions.some(startsProgram)
    ? Number.POSITIVE_INFINITY
    : steps.findLastIndex(([one]) => !isCopy(one));
  return steps.flatMap(([copy, path], index) => {
    if (!isCopy(copy)) return [];
    const again = overwritten.get(copy);
    if (again !== undefined) {
      const { line } = again.node.range.start;
      return [{ copy, what: `line ${line} copies these files again`, hint: 'remove it' }];
    }
    if (index < lastUse || taken?.overlaps(path) !== false) return [];
    const what = `no step and no other stage uses '${path}'`;
    const hint = 'remove it, or copy the files in the stage that needs them';
    return [{ copy, what, hint }];
  });
}

function startsProgram({ kind }: Instruction): boolean {
  return kind === 'cmd' || kind === 'entrypoint';
}
