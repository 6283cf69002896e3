import { adviceRule } from '../making/make.ts';
import { indexesBelow, stageFacts } from '../making/stage-facts.ts';

export const dl3057 = adviceRule({
  code: 'DL3057',
  severity: 'ignore',
  requires: 'stages have a HEALTHCHECK',
  why: 'Without it Docker takes a container for healthy as long as its process exists, also if it answers nobody.',
  check(file, report) {
    const checked = hasCheck(file);
    const extended = indexesBelow(file, checked);
    for (const { from, index } of file.stages) {
      if (from === undefined || checked[index] || extended.has(index)) continue;
      report({
        what: 'the stage has no HEALTHCHECK',
        hint: 'add HEALTHCHECK CMD with a command that ends with 0 if the service answers',
        range: from.node.range,
        instruction: from,
      });
    }
  },
});

const hasCheck = stageFacts<boolean>(
  ({ instructions }, ofParent = false) =>
    ofParent || instructions.some(({ kind }) => kind === 'healthcheck'),
);
