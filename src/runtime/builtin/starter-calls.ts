/**
 * The system calls of a program that an OCI runtime starts in place of a process: it installs the filter, takes the user
 * and the capabilities of the process, and becomes its program. Everything else the runtime has done by then.
 */
import type { OciSpec } from '../process/index.ts';
import { capabilityCalls, filter } from './credential-calls.ts';
import { execCalls, NOT_STARTED } from './exec-calls.ts';
import { REPORT_BYTES, REPORT_FD } from './machine-code.ts';
import type { Call } from './syscall-program.ts';

/** The descriptor through which the runtime finds the program. */
export const PROGRAM_FD = REPORT_FD + 1;
/** What the program needs in addition to the capabilities of the process; it drops them. */
export const STARTER_CAPABILITIES = ['CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID', 'CAP_SYS_ADMIN'];

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** @param lastCapability the number of the kernel's last capability */
export function starterCalls(
  { process, linux }: Pick<OciSpec, 'process' | 'linux'>,
  lastCapability: number,
): readonly Call[] {
  const begun = Buffer.alloc(REPORT_BYTES, 1);
  return [
    { name: 'fcntl', args: [REPORT_FD, F_SETFD, FD_CLOEXEC] },
    { name: 'close_range', args: [PROGRAM_FD, 0xffff_ffff, 0] },
    { name: 'write', args: [REPORT_FD, begun, REPORT_BYTES] },
    ...filter(linux.seccomp),
    ...capabilityCalls(process, lastCapability),
    ...execCalls(process),
    { name: 'close', args: [-1], label: NOT_STARTED },
  ];
}
