import type { LintedFile, Stage } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';

export const dl3057 = adviceRule({
  code: 'DL3057',
  severity: 'ignore',
  requires: 'stages have a HEALTHCHECK',
  why: 'Without it Docker takes a container for healthy as long as its process exists, also if it answers nobody.',
  check(file, report) {
    for (const stage of file.stages) {
      const { from } = stage;
      if (from === undefined || hasCheck(stage) || isExtended(file, stage)) continue;
      report({
        what: 'the stage has no HEALTHCHECK',
        hint: 'add HEALTHCHECK CMD with a command that ends with 0 if the service answers',
        range: from.node.range,
        instruction: from,
      });
    }
  },
});

function hasCheck({ instructions, parent }: Stage): boolean {
  const isSet = instructions.some(({ kind }) => kind === 'healthcheck');
  return isSet || (parent !== undefined && hasCheck(parent));
}

/** A stage that is based on this one has a check. */
function isExtended(file: LintedFile, stage: Stage): boolean {
  return file.stages.some(
    (other) => other.parent === stage && (hasCheck(other) || isExtended(file, other)),
  );
}
