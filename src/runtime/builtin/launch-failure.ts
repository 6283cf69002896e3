/** Says why a process was not started. */
import { AppError } from '../../errors.ts';
import { SystemError } from '../../system/index.ts';
import { notExecutable, notFound, notStarted, wrongFormat } from '../process/index.ts';
import { EXEC, NOT_STARTED } from './exec-calls.ts';
import type { FailedCall, LaunchReport } from './syscall-program.ts';

/** Errors after which the next directory of PATH is tried. */
const PASSED_OVER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** Whether the program runs: of several places where it may be, one was right. */
export function isStarted({ pid, failures }: LaunchReport): boolean {
  return pid !== undefined && failures.every(({ label }) => label === EXEC);
}

/** @param program the first word of the command */
export function launchFailure({ failures }: LaunchReport, program: string): AppError {
  const fault = failures.find(({ label }) => label !== EXEC && label !== NOT_STARTED);
  if (fault !== undefined) return setupFailure(fault);
  const codes = failures.map(({ errno }) => new SystemError(errno, 'execve').code);
  const code = codes.find((one) => !PASSED_OVER.has(one) && one !== 'EBADF');
  switch (code) {
    case undefined:
      return notFound(program);
    case 'EACCES':
    case 'EISDIR':
      return notExecutable(program);
    case 'ENOEXEC':
      return wrongFormat(program);
    case 'E2BIG':
      return notStarted('its arguments and variables are too long');
    default:
      return notStarted(`${program}: ${code}`);
  }
}

function setupFailure({ label, errno }: FailedCall): AppError {
  const [what = '', ...rest] = label.split(':');
  const subject = rest.join(':');
  const { code } = new SystemError(errno, what);
  switch (what) {
    case 'rlimit':
      return new AppError('RUNTIME_LIMITS', `the limit '${subject}' cannot be set: ${code}`, {
        hint: 'choose a lower value: it cannot exceed the limit of lamina itself',
      });
    case 'mount':
    case 'source':
      return new AppError('RUNTIME_MOUNT_TARGET', `cannot mount at '${subject}': ${code}`, {
        hint: 'choose another target',
      });
    case 'cwd':
      return new AppError('RUNTIME_WORKDIR', `the working directory cannot be entered: ${code}`);
    default:
      return notStarted(`${what}: ${code}`);
  }
}
