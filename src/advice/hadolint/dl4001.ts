import { runsOfStage } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';

export const dl4001 = adviceRule({
  code: 'DL4001',
  severity: 'warning',
  requires: 'a stage uses either wget or curl',
  why: 'Both do the same work, and each needs space and updates.',
  check(file, report) {
    for (const stage of file.stages) {
      const used = new Set<string>();
      for (const { script, owner } of runsOfStage(file, stage)) {
        const clients = script.commands.filter(({ name }) => name === 'curl' || name === 'wget');
        for (const { name } of clients) used.add(name);
        const [first] = clients;
        if (first === undefined || used.size < 2) continue;
        const other = first.name === 'curl' ? 'wget' : 'curl';
        report({
          what: `the stage uses ${first.name} and ${other}`,
          hint: 'use one of them',
          range: script.rangeOf(first),
          instruction: owner,
        });
      }
    }
  },
});
