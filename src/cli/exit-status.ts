/** Turns errors into exit statuses. */
import { AppError } from '../errors.ts';
import { PipeClosed } from './io.ts';
import { asUserError } from './user-error.ts';

export const exitStatus = {
  success: 0,
  failure: 1,
  trouble: 2,
  internal: 70,
  usage: 125,
  cannotInvoke: 126,
  notFound: 127,
  interrupted: 130,
  pipeClosed: 141,
  terminated: 143,
} as const;

/** For the help and docs/cli.md. */
export const exitStatusTable: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'success'],
  ['1', 'the command failed: a build step failed, an image does not exist, a file cannot be read'],
  [
    '2',
    '`check`, `compare`, `fmt`: an image or file could not be read; 1 is for an image that exceeds a limit, images that differ, or a file that is not formatted',
  ],
  ['70', 'a bug in lamina (code INTERNAL)'],
  ['125', 'the command line is invalid; `run`: the container could not be started'],
  ['126', '`run`: the command cannot be executed'],
  ['127', '`run`: the image has no such command'],
  ['130', 'interrupted by Ctrl-C (143 for SIGTERM, 129 for SIGHUP)'],
  ['141', 'the reader of standard output closed the pipe'],
  ['other', '`run`: the exit status of the process, or 128 + n if signal n ended it'],
];

/** The status for an error, whatever the command. */
export function statusOf(error: unknown): number {
  if (error instanceof PipeClosed) return exitStatus.pipeClosed;
  // The worst of several errors: a bug in lamina outranks a missing image.
  if (error instanceof AggregateError) return Math.max(1, ...error.errors.map(statusOf));
  const shown = asUserError(error);
  if (shown === undefined) return exitStatus.internal;
  if (shown.code === 'BUILD_CANCELLED') return exitStatus.interrupted;
  if (shown.code.startsWith('CLI_')) return exitStatus.usage;
  return exitStatus.failure;
}

/** The status for an error of `run`, which keeps lamina's failures apart from those of the container. */
export function runStatusOf(error: unknown): number {
  if (error instanceof AppError) {
    if (error.code === 'RUNTIME_NOT_FOUND') return exitStatus.notFound;
    if (error.code === 'RUNTIME_INTERPRETER_MISSING') return exitStatus.notFound;
    if (error.code === 'RUNTIME_NOT_EXECUTABLE') return exitStatus.cannotInvoke;
    if (error.code === 'RUNTIME_WRONG_FORMAT') return exitStatus.cannotInvoke;
  }
  const status = statusOf(error);
  return status === exitStatus.failure || status === exitStatus.internal
    ? exitStatus.usage
    : status;
}

/** The status for an error of a command for which 1 is a result, as for cmp and diff. */
export function checkStatusOf(error: unknown): number {
  const status = statusOf(error);
  return status === exitStatus.failure ? exitStatus.trouble : status;
}
