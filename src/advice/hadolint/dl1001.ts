import { adviceRule } from '../making/make.ts';
import { parseIgnorePragma } from '../pragmas.ts';

export const dl1001 = adviceRule({
  code: 'DL1001',
  severity: 'ignore',
  requires: 'no comment exempts an instruction from a rule',
  why: 'An exemption hides a finding from everybody who reviews the file; a configuration file has them all in one place.',
  check({ tree, settings }, report) {
    for (const node of tree.nodes) {
      if (node.kind !== 'comment') continue;
      const pragma = parseIgnorePragma(node.text);
      if (pragma?.scope !== 'instruction' || settings.disableIgnorePragma) continue;
      report({
        what: `this comment exempts the next instruction from ${pragma.codes.join(', ')}`,
        hint: 'solve the finding, or list the rule in .hadolint.yaml',
        range: node.range,
        instruction: undefined,
      });
    }
  },
});
