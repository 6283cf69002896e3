/** The shell of each RUN, and the variables that it gets: as SHELL, ARG, ENV and comments say. */
import type { Instruction } from '../../dockerfile/index.ts';
import type { LintedFile, Run, Stage } from '../linted-file.ts';
import { chainOf } from '../making/stage-facts.ts';
import { parseShellPragma } from '../pragmas.ts';

export interface ShellOfRun {
  /** The path or name of the shell, as after `#!`. */
  readonly shell: string;
  /** Names of variables that have a value. */
  readonly variables: ReadonlySet<string>;
}

const DEFAULT_SHELL = '/bin/sh';
/** Build arguments that every build may get. */
const PREDEFINED = ['FTP_PROXY', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** The shells of all RUNs of a file. */
export function shellsOf(file: LintedFile): ReadonlyMap<Run, ShellOfRun> {
  const pragmas = file.tree.nodes.flatMap((node) => {
    const shell = node.kind === 'comment' ? parseShellPragma(node.text) : undefined;
    return shell === undefined ? [] : [{ shell, offset: node.range.start.offset }];
  });
  return new Map(
    file.runs.map((run) => {
      const before = run.owner.node.range.start.offset;
      const chain = [...chainOf(run.stage)].reverse().flatMap((stage) => stage.instructions);
      const earlier = chain.filter(({ node }) => node.range.start.offset < before);
      const own = firstOffset(run.stage);
      const pragma = pragmas.findLast(({ offset }) => {
        return offset < before && (offset > own || offset < firstOffset(file.stages[0]));
      });
      const shell = shellAfter(earlier, pragma) ?? DEFAULT_SHELL;
      return [run, { shell, variables: new Set([...PREDEFINED, ...earlier.flatMap(namesOf)]) }];
    }),
  );
}

/** The later of SHELL and the comment. */
function shellAfter(
  instructions: readonly Instruction[],
  pragma: { readonly shell: string; readonly offset: number } | undefined,
): string | undefined {
  const last = instructions.findLast((one) => one.kind === 'shell');
  if (last === undefined) return pragma?.shell;
  if (pragma !== undefined && pragma.offset > last.node.range.start.offset) return pragma.shell;
  return last.args[0]?.text;
}

function firstOffset(stage: Stage | undefined): number {
  const first = stage?.from ?? stage?.instructions[0];
  return first?.node.range.start.offset ?? 0;
}

function namesOf(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'arg') return instruction.args.map(({ name }) => name.text);
  if (instruction.kind !== 'env') return [];
  return instruction.pairs.map(({ key }) => key.text);
}
