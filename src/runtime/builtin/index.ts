export { loopback } from './credential-calls.ts';
export { FILTERED_CALLS } from './filter-numbers.ts';
export { type GuardedProcess, guardCalls, guardedEnd, STATUS_FD } from './guard-calls.ts';
export { type LaunchHost, launchCalls } from './launch-calls.ts';
export { isStarted, launchFailure } from './launch-failure.ts';
export { REPORT_FD } from './machine-code.ts';
export { canFilter } from './seccomp-filter.ts';
export { PROGRAM_FD, STARTER_CAPABILITIES, starterCalls } from './starter-calls.ts';
export {
  type Call,
  canLaunch,
  type FailedCall,
  type LaunchReport,
  type SyscallProgram,
  syscallProgram,
} from './syscall-program.ts';
export { untranslatedCallsFilter } from './untranslated-calls.ts';
export { AT_FDCWD, CLONE, cString, MOUNT_FLAGS } from './values.ts';
