/** Adds advice to a failed step, from the whole Dockerfile and the contents of the stages. */
import type { AddInstruction, CopyInstruction, Instruction } from '../../dockerfile/index.ts';
import { AppError, revised } from '../../errors.ts';
import type { VertexId } from '../../graph/index.ts';
import { noContext } from '../contexts/no-context.ts';
import { type SoughtSourceFacts, whereSourceIs } from './sought-source.ts';
import { commentTaken, isAboutComment, userWithComment } from './taken-comments.ts';

export interface FailureFacts extends SoughtSourceFacts {
  readonly instructionOf: ReadonlyMap<VertexId, Instruction>;
  /** Only a Dockerfile was given: nothing can be copied from the context. */
  readonly isWithoutContext: boolean;
}

/** The failure with advice, if there is any; other errors come back as they are. */
export async function explainFailure(error: unknown, facts: FailureFacts): Promise<unknown> {
  const vertex = facts.scheduler.failedVertex(error);
  const instruction = vertex && facts.instructionOf.get(vertex);
  if (!(error instanceof AppError) || instruction === undefined) return error;
  if (error.part === 'user') return userWithComment(error);
  if (instruction.kind !== 'copy' && instruction.kind !== 'add') return error;
  switch (error.code) {
    case 'COPY_SOURCE_NOT_FOUND':
      return missingSource(error, instruction, facts);
    case 'COPY_DIRECTORY_OVER_FILE':
    case 'COPY_FILE_OVER_DIRECTORY':
    case 'PATH_NOT_A_DIRECTORY':
      return advised(error, slashHint(instruction));
    case 'PATTERN_INVALID':
      return advised(error, jsonHint(instruction));
    default:
      return error;
  }
}

function advised(error: AppError, hint: string | undefined): AppError {
  return hint === undefined ? error : revised(error, { hint });
}

function slashHint({ sources, files, destination }: CopyInstruction | AddInstruction) {
  if (sources.length + files.length < 2 || destination.text.endsWith('/')) return undefined;
  return `end the destination with a slash if it is a directory: ${destination.text}/`;
}

function jsonHint({ sources }: CopyInstruction | AddInstruction): string | undefined {
  if (sources[0]?.text.startsWith('["') !== true) return undefined;
  return 'the JSON form is ["source", "destination"], closed by a ]';
}

async function missingSource(
  error: AppError,
  copy: CopyInstruction | AddInstruction,
  facts: FailureFacts,
): Promise<AppError> {
  if (isAboutComment(error, copy)) return commentTaken(error, copy, facts.instructions);
  const unfounded = facts.isWithoutContext ? noContext(error, copy) : undefined;
  if (unfounded !== undefined) return unfounded;
  const source = error.details?.source;
  if (copy.kind === 'add' || typeof source !== 'string') return error;
  return advised(error, await whereSourceIs(source, copy, facts));
}
