/** Faults of a plan that are visible before any instruction is planned. */
import { AppError, type SourceLocation } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';

/** @param names the names of stages that have one */
export function unknownTarget(target: string, names: readonly string[]): AppError {
  const near = nearestName(target, names);
  return new AppError('PLAN_UNKNOWN_TARGET', `stage '${target}' does not exist`, {
    expected:
      names.length === 0 ? 'no --target: no stage has a name' : `one of ${names.join(', ')}`,
    hint: near === undefined ? 'name a stage with FROM … AS name' : `did you mean '${near}'?`,
  });
}

export function emptyPlatform(written: string): AppError {
  return new AppError('PLAN_EMPTY_PLATFORM', `the platform '${written}' is empty after expansion`, {
    expected: 'os/arch[/variant]',
    hint: 'give its ARG a default value, or remove --platform',
  });
}

export function emptyBase(written: string, location: SourceLocation): AppError {
  return new AppError('PLAN_EMPTY_BASE', `the base name '${written}' is empty after expansion`, {
    location,
    expected: 'an image, a stage, or scratch',
    hint: 'give its ARG a default value, or pass --build-arg',
  });
}

/** Of the exec form; reported at the instruction. */
export function emptyRun(): AppError {
  return new AppError('PLAN_EMPTY_RUN', 'RUN [] has no program', {
    expected: 'a program and its arguments: RUN ["program", "argument"]',
    hint: 'remove the line, or write RUN true for a step that does nothing',
  });
}

const COMMENT_HINT = 'put the comment on a line of its own';

/** Of an instruction that would be valid without the text after the number sign. */
export function trailingComment(
  message: string,
  location: SourceLocation,
  expected: string,
): AppError {
  return new AppError(
    'DOCKERFILE_TRAILING_COMMENT',
    `# does not start a comment here: ${message}`,
    {
      location,
      expected,
      hint: COMMENT_HINT,
    },
  );
}

/** Of COPY --from with a number; `count` stages are in the file. */
export function unknownStageIndex(index: string, count: number, location: SourceLocation) {
  return new AppError('PLAN_UNKNOWN_STAGE', `stage ${index} does not exist`, {
    location,
    expected: `a number from 0 to ${count - 1}, or a name`,
    hint: 'stage numbers start at 0; names (FROM … AS name) are safer',
  });
}

export interface UnavailableStage {
  readonly location: SourceLocation;
  /** The stage that reads is the one it names. */
  readonly isSelf: boolean;
  /** COPY names it; else a mount does. */
  readonly isCopy: boolean;
  /** An earlier stage has the same name. */
  readonly isAmbiguous: boolean;
  /** Location of the stage. */
  readonly line: number;
}

/** Of a stage that is not defined before the one that reads from it. */
export function unavailableStage(name: string, stage: UnavailableStage): AppError {
  const { location, isSelf, line } = stage;
  const named = isIndex(name) ? `stage ${name}` : `'${name}'`;
  const message = isSelf
    ? `${named} is this stage, and a stage cannot copy from itself`
    : `${named} is the stage on line ${line}, which is defined after this one`;
  return new AppError('PLAN_UNKNOWN_STAGE', message, {
    location,
    expected: 'a stage that is defined earlier, a named context, or an image',
    hint: unavailableHint(name, stage),
  });
}

function unavailableHint(name: string, { isSelf, isCopy, isAmbiguous }: UnavailableStage): string {
  if (isAmbiguous) {
    return `an earlier stage is also named '${name}', and the last one wins: rename one of them`;
  }
  const advice = isSelf ? ownFilesHint(isCopy) : 'move that stage up';
  return isIndex(name) ? advice : `${advice}; if you mean an image, rename the stage`;
}

function ownFilesHint(isCopy: boolean): string {
  return isCopy
    ? 'use RUN cp to copy within a stage'
    : 'the stage sees its own files without a mount';
}

function isIndex(name: string): boolean {
  return /^\d+$/.test(name);
}

export function variableInFrom(location: SourceLocation): AppError {
  return new AppError('DOCKERFILE_VARIABLE_IN_FROM', '--from= cannot contain variables', {
    location,
    expected: 'the name or number of a stage, a named context, or an image reference',
    hint: 'add FROM $… AS name, and use that name here',
  });
}

export function unknownSignal(signal: string, near: string | undefined, location: SourceLocation) {
  return new AppError('PLAN_UNKNOWN_SIGNAL', `unknown signal '${signal}'`, {
    location,
    expected: 'a signal name or number',
    hint: near === undefined ? 'STOPSIGNAL SIGTERM' : `did you mean ${near}?`,
  });
}
