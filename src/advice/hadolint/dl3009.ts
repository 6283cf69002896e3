import { hasWord, runs, type ShellCommand } from '../../shell/index.ts';
import type { LintedFile, Run } from '../linted-file.ts';
import { CACHES, cacheSavings } from '../making/caches.ts';
import { appendCommand } from '../making/cleanups.ts';
import { adviceRule } from '../making/make.ts';
import { hasScratchMount } from '../making/mounts.ts';
import { isShipped } from '../making/used-stages.ts';

const LISTS = '/var/lib/apt/lists';
const CLEANUP = `rm -rf ${LISTS}/*`;

export const dl3009 = adviceRule({
  code: 'DL3009',
  severity: 'info',
  requires: 'RUN removes the lists that apt-get update fetched',
  why: 'The lists are 20 to 50 MB that nothing uses after the step, and a later RUN cannot remove them from the layer.',
  check(file, report) {
    const lastUse = lastUseOfLists(file);
    for (const run of file.runs) {
      const update = run.script.commands.find((command) =>
        runs(command, ['apt', 'apt-get', 'aptitude'], 'update'),
      );
      if (update === undefined || run.script.commands.some(removesLists)) continue;
      if (isMounted(run) || !isShipped(file, run.stage)) continue;
      report({
        what: `the package lists of ${update.name} update stay in the layer`,
        hint: `add && ${CLEANUP} to this RUN; a later RUN cannot make the layer smaller`,
        range: run.script.rangeOf(update),
        instruction: run.owner,
        savings: cacheSavings(file, run, CACHES.aptLists),
        fix: offsetOf(run) < lastUse ? undefined : appendCommand(run, CLEANUP),
      });
    }
  },
});

function removesLists(command: ShellCommand): boolean {
  return runs(command, 'rm', '-rf', `${LISTS}/*`);
}

function isMounted({ instruction }: Run): boolean {
  if (hasScratchMount(instruction, LISTS)) return true;
  return (
    hasScratchMount(instruction, '/var/lib/apt') && hasScratchMount(instruction, '/var/cache/apt')
  );
}

/** Where the last step begins that installs packages without fetching the lists again. */
function lastUseOfLists({ runs: all }: LintedFile): number {
  const last = all.findLast(({ script }) => {
    const first = script.commands.find(({ name }) => /^(?:apt|apt-get|aptitude)$/.test(name));
    return first !== undefined && !hasWord(first, 'update');
  });
  return last === undefined ? -1 : offsetOf(last);
}

function offsetOf({ instruction }: Run): number {
  return instruction.node.range.start.offset;
}
