import { adviceRule } from '../making/make.ts';
import { compiles } from './compilers.ts';

export const singleStageBuild = adviceRule({
  code: 'SingleStageBuild',
  severity: 'info',
  requires: 'a file that compiles a program has a stage for it',
  why: 'Compilers, sources and intermediate files stay in the image, are pulled with it, and give an attacker tools.',
  check({ stages, runs }, report) {
    const [only, second] = stages;
    if (only?.from === undefined || second !== undefined) return;
    if (!only.instructions.some(({ kind }) => kind === 'cmd' || kind === 'entrypoint')) return;
    for (const { script, owner } of runs) {
      const command = script.commands.find(compiles);
      if (command === undefined) continue;
      report({
        what: `the image that ${command.name} builds in is the image that is shipped`,
        hint: 'name this stage with AS build, and COPY --from=build the results into a second one',
        range: script.rangeOf(command),
        instruction: owner,
      });
      return;
    }
  },
});
