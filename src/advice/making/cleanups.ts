/** Package managers whose caches a later command of the same RUN removes. */

import type { Fix } from '../../lint/index.ts';
import type { ShellCommand } from '../../shell/index.ts';
import { insertAt, safeFix } from '../edits.ts';
import type { Run } from '../linted-file.ts';
import type { AdviceRule, RuleText } from '../rule.ts';
import { cacheSavings, type PackageCache } from './caches.ts';
import { adviceRule } from './make.ts';
import { isShipped } from './used-stages.ts';

export interface Cleanup {
  readonly fills: (command: ShellCommand) => boolean;
  /** @param program the one that filled the cache */
  readonly cleans: (command: ShellCommand, program: string) => boolean;
  /** The caches are mounted. */
  readonly isMounted: (run: Run) => boolean;
  /** Only in stages whose layers are part of an image. */
  readonly isAboutImages?: true;
  readonly cache: PackageCache;
  /** @param program the one that filled the cache */
  readonly command: (program: string) => string;
}

/** A rule that wants the first cleaning command after the first one that fills the cache. */
export function cleanupRule(text: RuleText, cleanup: Cleanup): AdviceRule {
  return adviceRule({
    ...text,
    check(file, report) {
      for (const run of file.runs) {
        if (cleanup.isAboutImages === true && !isShipped(file, run.stage)) continue;
        const { commands, rangeOf } = run.script;
        const filling = commands.findIndex(cleanup.fills);
        const first = commands[filling];
        if (first === undefined || cleanup.isMounted(run)) continue;
        const cleans = (one: ShellCommand) => cleanup.cleans(one, first.name);
        if (commands.findIndex(cleans) > filling) continue;
        const command = cleanup.command(first.name);
        report({
          what: `the caches of ${first.name} stay in the layer`,
          hint: `add && ${command} to this RUN; a later RUN cannot make the layer smaller`,
          range: rangeOf(first),
          savings: cacheSavings(file, run, cleanup.cache),
          instruction: run.owner,
          fix: commands.some(cleans) ? undefined : appendCommand(run, command),
        });
      }
    },
  });
}

/** Adds a command at the end of a RUN. Undefined where the end of the script is not the end of the line. */
export function appendCommand({ instruction, script }: Run, command: string): Fix | undefined {
  const { node } = instruction;
  const last = script.commands.at(-1);
  if (script.isExec || !script.isWellFormed || node.heredocs.length > 0) return undefined;
  if (last?.isTopLevel !== true || last.end !== script.text.length) return undefined;
  // `a || b` and `a; b` would run the command whatever failed before.
  if (/\|\||;|&$|[^&]&[^&]|#/.test(script.text)) return undefined;
  return safeFix(`add && ${command}`, insertAt(node.range.end, ` && ${command}`));
}
