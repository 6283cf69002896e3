/** What is wrong with a plan before any instruction is looked at. */
import { AppError, type SourceLocation } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';

/** @param names of the stages that have one */
export function unknownTarget(target: string, names: readonly string[]): AppError {
  const near = nearestName(target, names);
  return new AppError('PLAN_UNKNOWN_TARGET', `there is no stage '${target}'`, {
    expected:
      names.length === 0 ? 'no --target: the file names no stage' : `one of ${names.join(', ')}`,
    hint: near === undefined ? 'name a stage with FROM … AS name' : `did you mean '${near}'?`,
  });
}

export function emptyPlatform(written: string): AppError {
  return new AppError('PLAN_EMPTY_PLATFORM', `the platform '${written}' is empty after expansion`, {
    expected: 'os/arch[/variant]',
    hint: 'give the ARG in it a default, or leave --platform out',
  });
}

export function emptyBase(written: string, location: SourceLocation): AppError {
  return new AppError('PLAN_EMPTY_BASE', `the base name '${written}' is empty after expansion`, {
    location,
    expected: 'an image, a stage, or scratch',
    hint: 'give the ARG in it a default, or pass --build-arg',
  });
}
