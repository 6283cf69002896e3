import type { LintedFile, Stage } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';
import { stageFacts } from '../making/stage-facts.ts';

export const dl3049 = adviceRule({
  code: 'DL3049',
  severity: 'info',
  requires: 'images have the labels that the configuration requires',
  why: 'Whoever finds the image can tell whose it is and where it came from.',
  check(file, report) {
    const labels = labelsOf(file);
    const extended = labelsOfNext(file);
    const copied = copiedNames(file);
    for (const { from, index } of file.stages) {
      const isOnlyUsed = copied.has(from?.stageWord?.text ?? '');
      if (from === undefined || isOnlyUsed) continue;
      for (const label of file.settings.labels.keys()) {
        if (labels[index]?.has(label) || extended.get(index)?.has(label)) continue;
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

/** Names that the stage or those below set. */
const labelsOf = stageFacts<ReadonlySet<string>>((stage, ofParent = new Set()) => {
  const own = ownLabels(stage);
  return own.length === 0 ? ofParent : new Set([...ofParent, ...own]);
});

function ownLabels({ instructions }: Stage): readonly string[] {
  return instructions.flatMap((one) =>
    one.kind === 'label' ? one.pairs.map(({ key }) => key.text.replace(/["']/g, '')) : [],
  );
}

/** Names that stages directly based on a stage set, by its index. */
function labelsOfNext({ stages }: LintedFile): ReadonlyMap<number, ReadonlySet<string>> {
  const next = new Map<number, Set<string>>();
  for (const stage of stages) {
    if (stage.parent === undefined) continue;
    const names = next.get(stage.parent.index) ?? new Set();
    for (const name of ownLabels(stage)) names.add(name);
    next.set(stage.parent.index, names);
  }
  return next;
}

/** Names of stages that are no images of their own, since another stage copies files of them. */
function copiedNames({ instructions }: LintedFile): ReadonlySet<string> {
  const names = instructions.flatMap((one) =>
    one.kind === 'copy' && one.from !== undefined ? [one.from.text] : [],
  );
  return new Set(names);
}
