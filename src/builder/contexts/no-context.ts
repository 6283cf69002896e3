/** A COPY or ADD from a context that was never given: `lamina build - < Dockerfile`. */
import type { AddInstruction, CopyInstruction } from '../../dockerfile/index.ts';
import { AppError } from '../../errors.ts';

/** The error if only a Dockerfile was given; undefined: the source is not of the context. */
export function noContext(
  { details, location, cause }: AppError,
  copy: CopyInstruction | AddInstruction,
): AppError | undefined {
  if (copy.kind === 'copy' && copy.from !== undefined) return undefined;
  const source = typeof details?.source === 'string' ? `'${details.source}'` : 'anything';
  return new AppError(
    'COPY_NO_CONTEXT',
    `there is no build context to ${copy.kind} ${source} from: standard input was only a Dockerfile`,
    {
      ...{ location, details, cause },
      expected: 'a directory, or a tar of one on standard input',
      hint: 'give a directory: lamina build -f - . < Dockerfile; or send one: tar -c . | lamina build -',
    },
  );
}
