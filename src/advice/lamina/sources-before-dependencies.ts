import type { Fix } from '../../lint/index.ts';
import { insertAt, replace, riskyFix } from '../edits.ts';
import { type LintedFile, type Run, runsOfStage } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';
import { type ContextCopy, copiesWholeContext, directoryOf } from './context-copies.ts';
import { type Installer, installerOf } from './installers.ts';

export const sourcesBeforeDependencies = adviceRule({
  code: 'SourcesBeforeDependencies',
  severity: 'warning',
  requires: 'manifests are copied and dependencies installed before the sources are copied',
  why: 'Any change of a source file makes the COPY new, and with it the install: every build downloads all dependencies again.',
  check(file, report) {
    for (const stage of file.stages) {
      const copy = stage.instructions.find(copiesWholeContext);
      if (copy === undefined) continue;
      const runs = runsOfStage(file, stage);
      const isLater = ({ owner }: Run) =>
        owner.node.range.start.offset > copy.node.range.start.offset;
      if (runs.some((one) => !isLater(one) && one.owner === one.instruction && installs(one)))
        continue;
      const later = runs.filter(isLater);
      const run = later.find(installs);
      const command = run?.script.commands.find((one) => installerOf(one));
      const installer = command && installerOf(command);
      if (run === undefined || command === undefined || installer === undefined) continue;
      const manifests = installer.manifests(command);
      report({
        what: `the sources are copied before ${installer.name} installs the dependencies`,
        hint: `copy ${manifests.slice(0, 2).join(' and ') || 'the manifests'} first, install, then copy the rest`,
        range: copy.node.range,
        instruction: copy,
        fix: reordered({ file, copy, run, installer }),
        savings: file.around.costs?.secondsOf(run.owner),
      });
    }
  },
});

function installs({ script }: Run): boolean {
  return script.commands.some((one) => installerOf(one) !== undefined);
}

interface Reordering {
  readonly file: LintedFile;
  readonly copy: ContextCopy;
  readonly run: Run;
  readonly installer: Installer;
}

/**
 * Moves the RUN above the COPY, and copies the manifests before it: if the RUN does nothing but install, nothing between them
 * depends on the sources, and the context has the manifests. Scripts that run at the install may need sources, so it is
 * not safe.
 */
function reordered({ file, copy, run, installer }: Reordering): Fix | undefined {
  const { commands, isExec } = run.script;
  const [command] = commands;
  const names = file.around.context?.names;
  const { node } = run.instruction;
  const between = run.stage.instructions.filter(
    ({ node: { range } }) =>
      range.start.offset > copy.node.range.start.offset &&
      range.start.offset < node.range.start.offset,
  );
  if (command === undefined || commands.length > 1 || isExec || names === undefined)
    return undefined;
  if (node.heredocs.length > 0 || run.owner !== run.instruction) return undefined;
  if (!between.every(({ kind }) => kind === 'env' || kind === 'arg' || kind === 'label'))
    return undefined;
  const manifests = installer.manifests(command).filter((name) => names.has(name));
  if (manifests.length === 0 || manifests.some((name) => !/^[\w./-]+$/.test(name)))
    return undefined;
  const { text } = file.tree;
  const moved = text.slice(node.extent.start.offset, node.extent.end.offset);
  const ending = moved.endsWith('\n') ? '' : '\n';
  const first = `COPY ${manifests.join(' ')} ${directoryOf(copy)}\n${moved}${ending}`;
  return riskyFix(
    'install the dependencies before the sources are copied',
    insertAt(copy.node.extent.start, first),
    replace(node.extent, ''),
  );
}
