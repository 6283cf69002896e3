import { adviceRule } from '../making/make.ts';

export const dl3003 = adviceRule({
  code: 'DL3003',
  severity: 'warning',
  requires: 'WORKDIR changes the directory, not cd',
  why: 'Each RUN begins in the working directory again, so a reader has to find each cd to know where a step works.',
  check({ runs }, report) {
    for (const { instruction, owner, script } of runs) {
      if (instruction !== owner) continue;
      for (const command of script.commands) {
        if (command.name !== 'cd') continue;
        const [target] = command.words;
        report({
          what: `RUN changes the directory${target === undefined ? '' : ` to '${target.value}'`}`,
          hint: 'set WORKDIR before this RUN; a path inside a subshell may stay if you exempt it',
          range: script.rangeOf(command),
          instruction,
        });
      }
    }
  },
});
