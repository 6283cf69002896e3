/** Where in its instruction the error of a step belongs: at the flag, the path or the user it is about. */
import type { Instruction, RunInstruction, Word } from '../../dockerfile/index.ts';
import { AppError, relocate } from '../../errors.ts';

/** The instruction an error is placed at; triggers of a base are each a text of their own. */
export function instructionAt(
  { location }: AppError,
  instructions: readonly Instruction[],
): Instruction | undefined {
  if (location === undefined) return undefined;
  const { offset } = location.range.start;
  return instructions.find(({ location: { file, text, range } }) => {
    if (file !== location.file || text !== location.text) return false;
    return range.start.offset <= offset && offset < range.end.offset;
  });
}

/** The same error, underlined where it is; anything else comes back as it is. */
export function placeFault(error: unknown, instructions: readonly Instruction[]): unknown {
  if (!(error instanceof AppError)) return error;
  const instruction = instructionAt(error, instructions);
  if (instruction === undefined) return error;
  switch (instruction.kind) {
    case 'copy':
    case 'add':
      return copyFault(error, instruction);
    case 'workdir':
      return error.code === 'PATH_NOT_A_DIRECTORY' ? placed(error, instruction.value) : error;
    case 'run':
      return runFault(error, instruction, instructions);
    default:
      return error;
  }
}

type Copying = Extract<Instruction, { readonly kind: 'copy' | 'add' }>;

function copyFault(error: AppError, copy: Copying): AppError {
  switch (error.code) {
    case 'MODE_INVALID':
      return placed(error, copy.chmod);
    case 'COPY_LINK_OWNER':
      return placed(error, copy.chown);
    case 'COPY_DIRECTORY_OVER_FILE':
    case 'COPY_FILE_OVER_DIRECTORY':
    case 'PATH_NOT_A_DIRECTORY':
      return placed(error, copy.destination, severalHint(copy));
    case 'PATTERN_INVALID':
      return patternFault(error, copy);
    default:
      return error;
  }
}

function severalHint({ sources, files, destination }: Copying): string | undefined {
  if (sources.length + files.length < 2 || destination.text.endsWith('/')) return undefined;
  return `end the destination with a slash where it is a directory: ${destination.text}/`;
}

function patternFault(error: AppError, copy: Copying): AppError {
  const words = [...copy.sources, ...copy.exclude];
  const pattern = String(error.details?.pattern ?? '');
  const word = words.find(({ text }) => text.includes(pattern));
  const isBrokenJson = copy.sources[0]?.text.startsWith('["') === true;
  const hint = isBrokenJson
    ? 'the JSON form is ["source", "destination"], closed by a ]'
    : undefined;
  return placed(error, word, hint);
}

function runFault(
  error: AppError,
  run: RunInstruction,
  instructions: readonly Instruction[],
): AppError {
  switch (error.code) {
    case 'SECRET_MISSING':
    case 'SSH_MISSING': {
      const type = error.code === 'SECRET_MISSING' ? 'secret' : 'ssh';
      const mounts = run.mounts.filter(({ text }) => text.text.includes(`type=${type}`));
      const id = String(error.details?.id ?? '');
      return placed(error, (mounts.find(({ text }) => text.text.includes(id)) ?? mounts[0])?.text);
    }
    case 'USER_UNKNOWN':
    case 'USER_INVALID':
    case 'GROUP_UNKNOWN':
      return userFault(error, run, instructions);
    default:
      return error;
  }
}

/** At the USER that holds, if it stands in the stage of the step. */
function userFault(
  error: AppError,
  run: RunInstruction,
  instructions: readonly Instruction[],
): AppError {
  const before = instructions.slice(0, instructions.indexOf(run));
  const user = before.findLast(({ kind }) => kind === 'user' || kind === 'from');
  if (user?.kind !== 'user') return error;
  const comment = /\s#/.exec(user.value.text);
  const location = { ...user.location, range: user.value.range };
  if (comment === null) return relocate(error, location);
  const message = `# begins no comment here: ${error.message}`;
  return new AppError('DOCKERFILE_TRAILING_COMMENT', message, {
    hint: 'put the comment on a line of its own',
    expected: 'a user name or number, with or without :group',
    location,
    details: error.details,
    cause: error,
  });
}

function placed(error: AppError, word: Word | undefined, hint = error.hint): AppError {
  const { location } = error;
  if (location === undefined) return error;
  return relocate(error, word === undefined ? location : { ...location, range: word.range }, hint);
}
