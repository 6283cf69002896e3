/** Explains why a program of an image could not be started, if the cause is visible. */
import {
  explainedStart,
  type ProcessResult,
  type ProgramContext,
  programFault,
} from '../runtime/index.ts';

/** Exit codes of the runtimes when the kernel refuses the program. */
const REFUSED: ReadonlySet<number> = new Set([1, 255]);

/**
 * Waits for the process. When the kernel refuses the program, runc ends with an exit code of its own, crun with an
 * error: the same inspection of the file explains both.
 *
 * @throws AppError RUNTIME_INTERPRETER_MISSING, RUNTIME_WRONG_FORMAT; else what `ended` throws
 */
export async function explainStart(
  ended: Promise<ProcessResult>,
  program: string,
  context: ProgramContext,
): Promise<ProcessResult> {
  const result = await ended.catch(async (error: unknown) => {
    throw await explainedStart(error, program, context);
  });
  const fault = REFUSED.has(result.exitCode) ? await programFault(program, context) : undefined;
  if (fault !== undefined) throw fault;
  return result;
}
