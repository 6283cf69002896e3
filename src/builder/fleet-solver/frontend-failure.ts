/** Failures of the daemon's frontend and of its steps, at the lines that the daemon names. */
import { AppError, endingOf, locate, type SourceLocation, StepError } from '../../errors.ts';
import { sourceLocationOf } from '../../fleet/index.ts';
import { GrpcError } from '../../grpc/index.ts';
import { type FailureFacts, solveFailure } from './solve-failure.ts';

/** Old daemons have other words. */
const EXIT =
  /(?:process "(.*)" did not complete successfully|executor failed running \[(.*)\]): exit code: (\d+)/s;

export async function frontendFailure(error: unknown, facts: FailureFacts): Promise<unknown> {
  if (!(error instanceof GrpcError) || facts.isAborted) return await solveFailure(error, facts);
  const location = locationIn(error);
  const [, command, oldCommand, exit] = EXIT.exec(error.message) ?? [];
  const failure =
    exit === undefined
      ? await solveFailure(error, facts)
      : stepError(command ?? oldCommand ?? '', Number(exit), { location, ...facts });
  return failure instanceof AppError && location !== undefined
    ? locate(failure, location)
    : failure;
}

function stepError(
  command: string,
  exitCode: number,
  { location, outputTail }: FailureFacts & { readonly location: SourceLocation | undefined },
): StepError {
  const { text, range } = location ?? { text: '', range: undefined };
  const instruction = range === undefined ? '' : text.slice(range.start.offset, range.end.offset);
  const failure = { exitCode, signal: undefined, outputTail, instruction };
  return new StepError(
    `process "${command}" did not complete successfully: ${endingOf(failure)}`,
    failure,
  );
}

function locationIn({ details }: GrpcError): SourceLocation | undefined {
  for (const detail of details) {
    const location = sourceLocationOf(detail);
    if (location !== undefined) return location;
  }
  return undefined;
}
