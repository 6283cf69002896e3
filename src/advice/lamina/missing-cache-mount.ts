import type { Fix } from '../../lint/index.ts';
import { insertAt, riskyFix } from '../edits.ts';
import type { Run } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';
import { scratchTargets } from '../making/mounts.ts';
import { isShipped } from '../making/used-stages.ts';
import { compilerCache } from './compilers.ts';
import { installerOf } from './installers.ts';

export const missingCacheMount = adviceRule({
  code: 'MissingCacheMount',
  severity: 'info',
  requires: 'a RUN that downloads or compiles a project mounts a cache',
  why: 'When the step runs again it downloads or compiles everything, though most of it is the same as last time.',
  check(file, report) {
    for (const run of file.runs) {
      for (const command of run.script.commands) {
        const installer = installerOf(command);
        const target = installer?.cache ?? compilerCache(command);
        if (target === undefined || scratchTargets(run.instruction).length > 0) continue;
        const { cleanup } = installer ?? {};
        // The one or the other: cleaning up would empty the mounted cache.
        if (cleanup !== undefined && run.script.text.includes(cleanup)) continue;
        const isCleanedUp = cleanup !== undefined && isShipped(file, run.stage);
        report({
          what: `${command.name} has no cache from earlier builds`,
          hint: `add --mount=type=cache,target=${target}; the directory is another one if USER is not root`,
          range: run.script.rangeOf(command),
          instruction: run.owner,
          fix: isCleanedUp ? undefined : fixOf(run, target),
          savings: file.around.costs?.secondsOf(run.owner),
        });
        break;
      }
    }
  },
});

/** Only as root, whose directories are known. */
function fixOf({ instruction, owner, stage }: Run, target: string): Fix | undefined {
  const isOther = stage.instructions.some(
    ({ kind, node }) => kind === 'user' && node.range.start.offset < owner.node.range.start.offset,
  );
  if (isOther || stage.parent !== undefined) return undefined;
  const flag = ` --mount=type=cache,target=${target}`;
  return riskyFix(`mount a cache on ${target}`, insertAt(instruction.node.keywordRange.end, flag));
}
