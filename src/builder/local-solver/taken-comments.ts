/**
 * Comments at the end of an instruction, which are not comments: they were read as paths, or as part of a user's name.
 */
import type { AddInstruction, CopyInstruction, Instruction, Word } from '../../dockerfile/index.ts';
import { AppError } from '../../errors.ts';

type Copying = CopyInstruction | AddInstruction;

const ON_ITS_OWN_LINE = 'put the comment on a line of its own';

/** Explains an unknown user whose name includes a comment; other errors come back as they are. */
export function userWithComment(error: AppError): AppError {
  const { message, location, details } = error;
  if (location === undefined) return error;
  const { start, end } = location.range;
  if (!/\s#/.test(location.text.slice(start.offset, end.offset))) return error;
  return new AppError(
    'DOCKERFILE_TRAILING_COMMENT',
    `# does not start a comment here: ${message}`,
    {
      hint: ON_ITS_OWN_LINE,
      expected: 'a user name or number, with or without :group',
      location,
      details,
      cause: error,
    },
  );
}

/** Whether a missing source is the comment, or the path before it, which was meant as the destination. */
export function isAboutComment({ part }: AppError, { sources }: Copying): boolean {
  const at = sources.findIndex(isComment);
  const missing = sources.findIndex((_, index) => part === `source:${index}`);
  return at > 0 && missing >= Math.max(1, at - 1);
}

/** Of several such instructions of a stage the first is reported, in a fixed order; the others are named. */
export function commentTaken(
  { message, details, cause }: AppError,
  failed: Copying,
  instructions: readonly Instruction[],
): AppError {
  const [copy = failed, ...others] = commentedAlike(failed, instructions);
  const { start } = (commentAmong(copy.sources) ?? copy.location).range;
  const lines = others.map(({ location }) => location.range.start.line);
  const too = lines.length === 0 ? '' : `, also on line ${lines.join(', line ')}`;
  return new AppError(
    'DOCKERFILE_TRAILING_COMMENT',
    `# does not start a comment after ${copy.kind.toUpperCase()}: the words after it are paths, and ${message}`,
    {
      hint: `${ON_ITS_OWN_LINE}${too}`,
      location: { ...copy.location, range: { start, end: copy.location.range.end } },
      details,
      cause,
    },
  );
}

/** `COPY . . # all`: everything after the first source that begins like a comment. */
function commentAmong(sources: readonly Word[]): Word | undefined {
  return sources.find(isComment);
}

function isComment({ text }: Word, index: number): boolean {
  return index > 0 && text.startsWith('#');
}

/** The copies of the same stage that read the same word from the same source, including the given one. */
function commentedAlike(failed: Copying, instructions: readonly Instruction[]): readonly Copying[] {
  const isFrom = ({ kind }: Instruction): boolean => kind === 'from';
  const at = instructions.indexOf(failed);
  const start = instructions.slice(0, at).findLastIndex(isFrom) + 1;
  const end = instructions.findIndex((instruction, index) => index > at && isFrom(instruction));
  const word = commentAmong(failed.sources)?.text;
  return instructions
    .slice(start, end < 0 ? undefined : end)
    .filter(
      (instruction): instruction is Copying =>
        (instruction.kind === 'copy' || instruction.kind === 'add') &&
        commentAmong(instruction.sources)?.text === word &&
        copiedFrom(instruction) === copiedFrom(failed),
    );
}

/** The stage or image that files come from; undefined: the context. */
function copiedFrom(copy: Copying): string | undefined {
  return copy.kind === 'copy' ? copy.from?.text : undefined;
}
