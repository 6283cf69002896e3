import { hasWord, type ShellCommand } from '../../shell/index.ts';
import { replace, riskyFix } from '../edits.ts';
import { type LintedFile, type Run, runsOfStage } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';
import { isShipped } from '../making/used-stages.ts';

export const cleanupInLaterLayer = adviceRule({
  code: 'CleanupInLaterLayer',
  severity: 'warning',
  requires: 'files are removed in the RUN that made them',
  why: 'A layer keeps its files: removing them in a later layer hides them, and the image stays as large as before.',
  check(file, report) {
    for (const run of file.runs) {
      const { commands } = run.script;
      if (commands.length === 0 || !commands.every(removes) || !isShipped(file, run.stage))
        continue;
      const previous = runsOfStage(file, run.stage);
      const before = previous[previous.indexOf(run) - 1];
      if (before === undefined) continue;
      report({
        what: 'this RUN only removes files, in a layer of its own',
        hint: 'remove them at the end of the RUN that makes them',
        range: run.instruction.node.range,
        instruction: run.owner,
        fix: joined(before, run, file),
      });
    }
  },
});

function removes(command: ShellCommand): boolean {
  const { name } = command;
  if (name === 'rm' || name === 'rmdir' || name === 'find')
    return name !== 'find' || hasWord(command, '-delete');
  if (/^(?:apt|apt-get|yum|dnf|microdnf|zypper)$/.test(name)) {
    return hasWord(command, 'clean', 'autoclean', 'autoremove', 'purge', 'remove', 'cc');
  }
  if (name === 'apk') return hasWord(command, 'del');
  return (
    (name === 'npm' || name === 'yarn') && hasWord(command, 'cache') && hasWord(command, 'clean')
  );
}

/** Two RUNs in shell form without flags and here-documents, one directly after the other. */
function joined(before: Run, run: Run, { tree }: LintedFile) {
  const [first, second] = [before.instruction.node, run.instruction.node];
  const isPlain = [before, run].every(({ instruction, owner, script }) => {
    const { node } = instruction;
    return (
      instruction === owner &&
      !script.isExec &&
      script.isWellFormed &&
      node.flags.length === 0 &&
      node.heredocs.length === 0 &&
      !/\|\||;|&\s*$|#/.test(script.text)
    );
  });
  if (!isPlain || first.extent.end.offset !== second.extent.start.offset) return undefined;
  const range = { start: first.range.end, end: second.argument.range.start };
  return riskyFix('join the two RUNs', replace(range, ` ${tree.escape}\n    && `));
}
