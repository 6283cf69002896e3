/**
 * The system calls that start a process where no namespaces can be made: in another root, with fewer capabilities. Its
 * parent is a guard, which inherits every process that is left behind, and stays until all of them have ended.
 */
import type { OciSpec } from '../process/index.ts';
import { capabilityCalls, rlimitCalls, unprivilegedFilter } from './credential-calls.ts';
import { execCalls, NOT_STARTED } from './exec-calls.ts';
import { REPORT_FD } from './machine-code.ts';
import type { Call } from './syscall-program.ts';
import { cString } from './values.ts';

/** Gets the `siginfo_t` of the process's end. */
export const STATUS_FD = REPORT_FD + 1;
/** Of `siginfo_t`, on 64-bit machines. */
const SIGINFO_BYTES = 128;
const CODE_OFFSET = 8;
const STATUS_OFFSET = 24;
const CLD_EXITED = 1;

const PID_FD = STATUS_FD + 1;
const CLONE_PIDFD = 0x1000;
const CLONE_CHILD_SETTID = 0x0100_0000;
const SIGCHLD = 17;
const SIGKILL = 9;
const P_PIDFD = 3;
const WEXITED = 4;
const PR_SET_PDEATHSIG = 1;
const PR_SET_CHILD_SUBREAPER = 36;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const TIOCSCTTY = 0x540e;

export interface GuardedProcess {
  /** The new root; undefined: that of this process. Latin1 bytes. */
  readonly root: string | undefined;
  readonly process: OciSpec['process'];
  /** The number of the kernel's last capability; undefined: the user has none to lose. */
  readonly lastCapability: number | undefined;
  /** The program traces the process, which is its first child, and waits for all that it traces. */
  readonly isTraced?: boolean | undefined;
  /** Instructions of a filter of system calls, for all that the program starts, too. */
  readonly filter?: Buffer | undefined;
}

export function guardCalls({
  root,
  process,
  lastCapability,
  filter,
}: GuardedProcess): readonly Call[] {
  const number = Buffer.alloc(8);
  const pid = Buffer.alloc(16);
  const ended = Buffer.alloc(SIGINFO_BYTES);
  return [
    { name: 'fcntl', args: [REPORT_FD, F_SETFD, FD_CLOEXEC] },
    { name: 'fcntl', args: [STATUS_FD, F_SETFD, FD_CLOEXEC] },
    { name: 'close_range', args: [PID_FD, 0xffff_ffff, 0] },
    { name: 'prctl', args: [PR_SET_CHILD_SUBREAPER, 1] },
    { name: 'prctl', args: [PR_SET_PDEATHSIG, SIGKILL] },
    {
      name: 'clone',
      // The number of the new process is the fourth or the fifth argument, depending on the processor.
      args: [CLONE_PIDFD | CLONE_CHILD_SETTID | SIGCHLD, 0, number, pid, pid],
      inParent: [
        // What the process writes to is closed when it and its children have ended.
        ...[0, 1, 2, REPORT_FD].map(
          (fd): Call => ({ name: 'close', args: [fd], onError: 'ignore' }),
        ),
        { name: 'waitid', args: [P_PIDFD, PID_FD, ended, WEXITED, 0] },
        { name: 'write', args: [STATUS_FD, ended, ended.length] },
        { name: 'close', args: [STATUS_FD] },
        { name: 'wait4', args: [-1, 0, 0, 0], onError: 'repeat' },
        { name: 'exit_group', args: [0] },
      ],
    },
    { name: 'write', args: [REPORT_FD, pid, pid.length] },
    { name: 'prctl', args: [PR_SET_PDEATHSIG, SIGKILL] },
    { name: 'setsid', args: [] },
    ...(process.terminal ? [{ name: 'ioctl', args: [0, TIOCSCTTY, 0] } as const] : []),
    ...(root === undefined ? [] : enterRoot(root)),
    { name: 'umask', args: [process.user.umask] },
    ...rlimitCalls(process),
    { name: 'chdir', args: [cString(process.cwd)], label: 'cwd' },
    ...(lastCapability === undefined ? [] : capabilityCalls(process, lastCapability)),
    ...(filter === undefined ? [] : unprivilegedFilter(filter)),
    ...execCalls(process),
    { name: 'close', args: [-1], label: NOT_STARTED },
  ];
}

function enterRoot(root: string): Call[] {
  const path = Buffer.from(`${root}\0`, 'latin1');
  return [
    { name: 'chdir', args: [path] },
    { name: 'chroot', args: [cString('.')] },
  ];
}

/** How a guarded process ended, from what the guard wrote; undefined if it did not get so far. */
export function guardedEnd(
  status: Buffer,
): { readonly kind: 'exited' | 'killed'; readonly number: number } | undefined {
  if (status.length < SIGINFO_BYTES) return undefined;
  const isExit = status.readInt32LE(CODE_OFFSET) === CLD_EXITED;
  return { kind: isExit ? 'exited' : 'killed', number: status.readInt32LE(STATUS_OFFSET) };
}
