import type { LintedFile, Stage } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';

export const dl3049 = adviceRule({
  code: 'DL3049',
  severity: 'info',
  requires: 'images have the labels that the configuration requires',
  why: 'Whoever finds the image can tell whose it is and where it came from.',
  check(file, report) {
    for (const stage of file.stages) {
      const { from } = stage;
      if (from === undefined || isOnlyUsed(file, stage)) continue;
      for (const label of file.settings.labels.keys()) {
        if (hasLabel(stage, label) || isExtended(file, stage, label)) continue;
        report({
          what: `the label '${label}' is missing`,
          hint: `add LABEL ${label}=VALUE`,
          range: from.image.range,
          instruction: from,
        });
      }
    }
  },
});

function hasLabel({ instructions, parent }: Stage, label: string): boolean {
  const isSet = instructions.some(
    (one) => one.kind === 'label' && one.pairs.some(({ key }) => nameOf(key.text) === label),
  );
  return isSet || (parent !== undefined && hasLabel(parent, label));
}

function nameOf(key: string): string {
  return key.replace(/["']/g, '');
}

/** Another stage copies files of this one, so it is not an image of its own. */
function isOnlyUsed({ instructions }: LintedFile, { from }: Stage): boolean {
  const name = from?.stageWord?.text;
  return instructions.some(
    (one) => one.kind === 'copy' && one.from?.text === name && name !== undefined,
  );
}

/** A stage that is based on this one sets the label. */
function isExtended({ stages }: LintedFile, stage: Stage, label: string): boolean {
  return stages.some(
    (other) => other.parent === stage && other.instructions.length > 0 && setsLabel(other, label),
  );
}

function setsLabel({ instructions }: Stage, label: string): boolean {
  return hasLabel({ from: undefined, instructions, parent: undefined }, label);
}
