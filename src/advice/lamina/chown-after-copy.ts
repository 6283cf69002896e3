import type { CopyInstruction } from '../../dockerfile/index.ts';
import type { Fix } from '../../lint/index.ts';
import { hasOption, operandsOf, type ShellCommand } from '../../shell/index.ts';
import { insertAt, replace, riskyFix } from '../edits.ts';
import type { Run } from '../linted-file.ts';
import { absolutePath, workdirAfter } from '../making/image-paths.ts';
import { adviceRule } from '../making/make.ts';

export const chownAfterCopy = adviceRule({
  code: 'ChownAfterCopy',
  severity: 'warning',
  requires: 'COPY --chown and --chmod set owner and mode, not a later RUN',
  why: 'A change of owner or mode copies each file into the layer of the RUN: what was copied is in the image twice.',
  check({ runs, around }, report) {
    for (const run of runs) {
      for (const command of run.script.commands) {
        const change = changeOf(command);
        const copy = change && copyInto(change.path, run);
        if (change === undefined || copy === undefined) continue;
        report({
          what: `${command.name} -R changes the files that COPY brought on line ${copy.node.range.start.line}`,
          hint: `use COPY --${command.name}=${change.value}`,
          range: run.script.rangeOf(command),
          instruction: run.owner,
          fix: fixOf(command.name, change.value, { run, copy }),
          savings: around.costs?.bytesOf(run.owner),
        });
      }
    }
  },
});

interface Change {
  readonly value: string;
  readonly path: string;
}

/** `chown -R user:group path` */
function changeOf(command: ShellCommand): Change | undefined {
  if (command.name !== 'chown' && command.name !== 'chmod') return undefined;
  const [value, path, ...rest] = operandsOf(command).map((word) => word.value);
  if (!hasOption(command, 'R', 'recursive') || value === undefined || path === undefined)
    return undefined;
  return rest.length === 0 ? { value, path } : undefined;
}

/** The last COPY before the RUN that brings files to the path, or into it. */
function copyInto(path: string, { stage, owner }: Run): CopyInstruction | undefined {
  const before = stage.instructions.slice(0, stage.instructions.indexOf(owner));
  const workdir = workdirAfter(before);
  const wanted = absolutePath(path, workdir);
  return before.findLast((one): one is CopyInstruction => {
    if (one.kind !== 'copy') return false;
    const target = absolutePath(one.destination.text, workdir);
    return target === wanted || target.startsWith(`${wanted}/`);
  });
}

/** Only where nothing else is in the RUN, and no other COPY is concerned. */
function fixOf(
  name: string,
  value: string,
  { run, copy }: { readonly run: Run; readonly copy: CopyInstruction },
): Fix | undefined {
  const { commands, isExec } = run.script;
  const { node } = run.instruction;
  if (commands.length > 1 || isExec || run.owner !== run.instruction || node.heredocs.length > 0)
    return undefined;
  const isPossible =
    name === 'chown'
      ? copy.chown === undefined && /^[\w.-]+(?::[\w.-]*)?$/.test(value)
      : copy.chmod === undefined && /^[0-7]{3,4}$/.test(value);
  const copies = run.stage.instructions.filter(({ kind }) => kind === 'copy' || kind === 'add');
  if (!isPossible || copies.length > 1) return undefined;
  return riskyFix(
    `use COPY --${name}`,
    insertAt(copy.node.keywordRange.end, ` --${name}=${value}`),
    replace(node.extent, ''),
  );
}
