/** Why a program of an image could not be started. */
import { AppError } from '../../errors.ts';

export function notFound(program: string): AppError {
  const hint = SHELL_HINTS[program] ?? "check the spelling and the image's PATH";
  const shown = printable(program);
  return new AppError('RUNTIME_NOT_FOUND', `'${shown}' was not found in the image`, { hint });
}

export function notExecutable(program: string): AppError {
  return new AppError('RUNTIME_NOT_EXECUTABLE', `'${printable(program)}' is not executable`, {
    hint: 'give it execute permission (COPY --chmod=755, or RUN chmod +x); a directory cannot be executed',
  });
}

export function wrongFormat(program: string): AppError {
  const message = `'${printable(program)}' is not a program for this machine`;
  return new AppError('RUNTIME_WRONG_FORMAT', message, {
    hint: 'it is built for another processor, or it is a script without #! in its first line',
  });
}

export function notStarted(reason: string): AppError {
  return new AppError('RUNTIME_START_FAILED', `the container could not be started: ${reason}`);
}

const SHELL_HINTS: Readonly<Record<string, string | undefined>> = {
  '/bin/sh':
    'the image has no shell: use the exec form, ["program", "argument"], or another base image',
  '/bin/bash': 'the image has no bash: install it in an earlier step, or use /bin/sh',
  '/bin/ash': 'the image has no ash: use /bin/sh',
};

function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
}
