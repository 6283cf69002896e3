/** The error of a RUN whose process failed: how it ended, and why, if that is visible. */
import { StepError } from '../errors.ts';
import type { ExecOp } from '../graph/index.ts';
import { type ProcessResult, type ProgramContext, programFault } from '../runtime/index.ts';

export interface FailedStep {
  /** The instruction as written. */
  readonly instruction: string;
  readonly result: ProcessResult;
  /** The last lines the process wrote. */
  readonly outputTail: readonly string[];
  /** The file system in which its program was looked up; undefined: an emulator started it. */
  readonly context: ProgramContext | undefined;
}

export async function stepFailure(op: ExecOp, step: FailedStep): Promise<StepError> {
  const { result, outputTail, instruction } = step;
  const ended =
    result.signal === undefined ? `exit code: ${result.exitCode}` : `killed by ${result.signal}`;
  return new StepError(
    `process "${op.args.join(' ')}" did not complete successfully: ${ended}`,
    {
      exitCode: result.signal === undefined ? result.exitCode : undefined,
      signal: result.signal,
      outputTail,
      instruction,
    },
    { hint: (await startHint(op, step)) ?? lineEndHint(op) ?? statusHint(op, result) },
  );
}

/**
 * Exit codes for programs that could not be started: a shell's two, those of the runtimes, and that of shells which read
 * a program for another processor as a script.
 */
const NOT_STARTED: ReadonlySet<number> = new Set([1, 2, 126, 127, 255]);
const COULD_NOT_EXECUTE =
  /not found|no such file|exec(utable)? format|cannot execute|bad interp|syntax error|unterminated/i;
/** How many programs of a long command are checked. */
const MOST_WORDS = 50;

/** Checks the programs of the step if its exit code says that one could not be started. */
async function startHint(
  op: ExecOp,
  { result, outputTail, context }: FailedStep,
): Promise<string | undefined> {
  const last = outputTail.at(-1) ?? '';
  const mayBe = NOT_STARTED.has(result.exitCode) && COULD_NOT_EXECUTE.test(last);
  if (context === undefined || !mayBe) return undefined;
  const text = [...op.args, last].join(' ');
  const words = new Set(text.split(/[\s:;&|'"`()<>]+/).filter((word) => word.includes('/')));
  for (const word of [op.args[0] ?? '', ...words].slice(0, MOST_WORDS)) {
    const fault = await programFault(word, context, { assumeExecutable: last.includes(word) });
    if (fault !== undefined) return `${fault.message}\n${fault.hint}`;
  }
  return undefined;
}

function lineEndHint({ args, script }: ExecOp): string | undefined {
  const text = script?.content ?? args.at(-1) ?? '';
  if (!text.includes('\r\n')) return undefined;
  return 'the lines of the here-document end with CR LF, and the shell reads the CR: save the Dockerfile with LF line endings (dos2unix)';
}

function statusHint({ args }: ExecOp, { exitCode, oomKilled }: ProcessResult): string | undefined {
  const text = args.at(-1) ?? '';
  if (oomKilled) return 'the kernel killed the process because it ran out of memory';
  if (exitCode === 127 && /^\[\s*['"]/.test(text)) {
    return 'the shell ran this as text: the exec form is JSON, with double quotes and nothing after the closing bracket';
  }
  if (exitCode === 127) return 'a command was not found: is it installed in this stage?';
  if (exitCode === 126) return 'a file was found but is not executable: check its mode';
  return undefined;
}
