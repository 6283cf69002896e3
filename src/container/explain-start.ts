/** A program of an image that could not be started: what is wrong with it, where that can be seen. */
import {
  explainedStart,
  type ProcessResult,
  type ProgramContext,
  programFault,
} from '../runtime/index.ts';

/** With what the runtimes end when the kernel refuses the program. */
const REFUSED: ReadonlySet<number> = new Set([1, 255]);

/**
 * Waits for the process. runc ends with a status of its own when the kernel refuses the program, crun with an error:
 * both are explained by the same look at the file.
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
