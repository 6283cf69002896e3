import type { ShellInstruction } from '../../dockerfile/index.ts';
import { insertAt, riskyFix } from '../edits.ts';
import { adviceRule } from '../making/make.ts';

const WITH_PIPEFAIL = new Set(['ash', 'bash', 'zsh']);
const OTHER_SHELLS = /^(?:pwsh|powershell|cmd)/;
const SHELL = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]';

export const dl4006 = adviceRule({
  code: 'DL4006',
  severity: 'warning',
  requires: 'a shell with pipefail runs the pipes of RUN',
  why: 'Without pipefail only the last command of a pipe counts: a failed download ends with success, and the step stays cached.',
  check({ stages, runs }, report) {
    const runOf = new Map(runs.map((run) => [run.owner, run]));
    for (const { instructions } of stages) {
      let isSafe = false;
      for (const instruction of instructions) {
        if (instruction.kind === 'shell') isSafe = failsOnPipes(instruction);
        if (isSafe || instruction.kind !== 'run') continue;
        const { script } = runOf.get(instruction) ?? {};
        const [pipe] = script?.pipes ?? [];
        if (script === undefined || pipe === undefined) continue;
        report({
          what: 'a failure before the pipe is not noticed',
          hint: `write ${SHELL} before this RUN; Alpine has /bin/ash for it`,
          range: script.rangeOf(pipe),
          instruction,
          fix: riskyFix('set pipefail', insertAt(instruction.node.range.start, `${SHELL}\n`)),
        });
      }
    }
  },
});

function failsOnPipes({ args }: ShellInstruction): boolean {
  const [program = '', ...rest] = args.map(({ text }) => text);
  if (OTHER_SHELLS.test(program)) return true;
  const name = program.replace(/^.*\//, '');
  return (
    WITH_PIPEFAIL.has(name) &&
    rest.includes('pipefail') &&
    rest.some((option) => /^-[^-]*o/.test(option))
  );
}
