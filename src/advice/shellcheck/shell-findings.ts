/** ShellCheck's comments on the RUNs of a file, as findings with ranges in the Dockerfile. */
import type { Finding, Fix, TextEdit } from '../../lint/index.ts';
import type { RunScript } from '../../shell/index.ts';
import { replace, riskyFix } from '../edits.ts';
import type { LintedFile, Run } from '../linted-file.ts';
import type { Exemptions } from '../pragmas.ts';
import type { ShellCheck, ShellComment } from './program.ts';
import { type ShellOfRun, shellsOf } from './shells.ts';

/** Shells whose language the program knows. */
const KNOWN_SHELL = /(?:^|\/)(?:sh|bash|dash|ash|ksh|busybox)$/;
const SHEBANG = /^#!\s*(?:\/usr\/bin\/env\s+)?(\S+)/;

export interface ShellFindingOptions {
  readonly shellcheck: ShellCheck;
  readonly exemptions: Exemptions | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @throws the signal's reason */
export async function shellFindings(
  file: LintedFile,
  { shellcheck, exemptions, signal }: ShellFindingOptions,
): Promise<readonly Finding[]> {
  const inputs = [...shellsOf(file)].flatMap(([run, shell]) => {
    const input = inputOf(run.script, shell);
    return input === undefined ? [] : [{ run, input }];
  });
  const comments = await shellcheck(
    inputs.map(({ input }) => input.script),
    signal,
  );
  const found = inputs.map(({ run, input }, index) =>
    (comments[index] ?? []).flatMap((comment) => findingOf(comment, run, input)),
  );
  const ownerOf = new Map(file.runs.map(({ owner }) => [owner.node.range, owner]));
  return found.flat().filter(({ code, instruction }) => {
    const owner = instruction && ownerOf.get(instruction);
    return exemptions?.has(code, owner) !== true;
  });
}

interface Input {
  /** What the program reads: a shebang, the variables, and the script of RUN. */
  readonly script: string;
  /** Lines before the script of RUN. */
  readonly before: number;
}

function inputOf({ text, isExec }: RunScript, { shell, variables }: ShellOfRun): Input | undefined {
  if (isExec) return undefined;
  const used = text.startsWith('#!') ? (SHEBANG.exec(text)?.[1] ?? '') : shell;
  if (!KNOWN_SHELL.test(used)) return undefined;
  const names = [...variables].filter((name) => /^[A-Za-z_]\w*$/.test(name)).sort();
  const head = [`#!${used}`, ...names.map((name) => `export ${name}=1`)];
  return { script: `${head.join('\n')}\n${text}`, before: head.length };
}

function findingOf(comment: ShellComment, run: Run, { before }: Input): readonly Finding[] {
  const { line, endLine, column, endColumn, level, code, message, fix } = comment;
  const start = offsetIn(run.script.text, line - before, column);
  const end = offsetIn(run.script.text, endLine - before, endColumn);
  if (start === undefined || end === undefined) return [];
  return [
    {
      ...{
        code: `SC${code}`,
        family: 'shellcheck',
        severity: level,
        what: message.split('\n').join(' '),
      },
      range: run.script.rangeOf({ start, end }),
      instruction: run.owner.node.range,
      why: 'ShellCheck says so about the script of this RUN.',
      hint: `see https://www.shellcheck.net/wiki/SC${code}`,
      // `|| exit` after a cd in the middle of a list changes what the list does.
      fix: fix === null || code === 2164 ? undefined : fixOf(fix.replacements, run, before),
    },
  ];
}

/** ShellCheck's own fix, where each part of it is within one line of the Dockerfile. */
function fixOf(
  replacements: NonNullable<ShellComment['fix']>['replacements'],
  { script }: Run,
  before: number,
): Fix | undefined {
  const edits = replacements.map(({ line, endLine, column, endColumn, replacement }) => {
    const start = offsetIn(script.text, line - before, column);
    const end = offsetIn(script.text, endLine - before, endColumn);
    if (start === undefined || end === undefined) return undefined;
    // An empty range is where the character after it is, which may be on the next line.
    const range =
      start === end && start > 0
        ? {
            start: script.rangeOf({ start: start - 1, end: start }).end,
            end: script.rangeOf({ start: start - 1, end: start }).end,
          }
        : script.rangeOf({ start, end });
    return range.end.offset - range.start.offset === end - start
      ? replace(range, replacement)
      : undefined;
  });
  const known = edits.filter((edit): edit is TextEdit => edit !== undefined);
  if (known.length !== edits.length || known.length === 0) return undefined;
  const sorted = known.sort((a, b) => a.range.start.offset - b.range.start.offset);
  return riskyFix("apply ShellCheck's fix", ...sorted);
}

/** @returns undefined for a position outside the text: in a line before the script */
function offsetIn(text: string, line: number, column: number): number | undefined {
  if (line < 1) return undefined;
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const feed = text.indexOf('\n', start);
    if (feed < 0) return undefined;
    start = feed + 1;
  }
  const feed = text.indexOf('\n', start);
  const content = text.slice(start, feed < 0 ? text.length : feed);
  const before = [...content].slice(0, column - 1).join('');
  return start + before.length;
}
