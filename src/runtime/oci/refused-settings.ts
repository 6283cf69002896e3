/** Translates errors of runc and crun about refused mounts and limits of this machine. */
import { AppError } from '../../errors.ts';

/** The target, and the reason; before the last colon there are paths of this machine. */
const MOUNT_FAILURES = [
  /error mounting "[^"]*" to rootfs at "([^"]*)": (?:.*: )?(.*)$/s,
  /^(?:cannot )?(?:mkdir|mkdirat|mount|open|openat|creat) `([^`]*)`: (.*)$/s,
  /^mount `[^`]*` to `([^`]*)`: (.*)$/s,
];

/** @param message without the runtime's usual prefix */
export function mountFailure(message: string): AppError | undefined {
  const [, target, reason] = firstMatch(MOUNT_FAILURES, message);
  if (target === undefined || reason === undefined) return undefined;
  return new AppError(
    'RUNTIME_MOUNT_TARGET',
    `cannot mount at '/${printable(target).replace(/^\/+/, '')}': ${printable(reason).toLowerCase()}`,
    { hint: 'choose another target' },
  );
}

const ULIMIT_FAILURES = [
  /error setting rlimits?\b.*?rlimit type (\d+): (.*)$/s,
  /^setrlimit `RLIMIT_(\w+)`: (.*)$/s,
];

/** The file of the control group, and the reason. */
const CGROUP_FAILURES = [
  /\/((?:cpu|cpuset|memory|pids)\.[a-z_.]+): ([^:]*)$/s,
  /^(?:writing|opening|open) file `((?:cpu|cpuset|memory|pids)\.[a-z_.]+)`[^:]*: (.*)$/s,
];

/** @param message without the runtime's usual prefix */
export function limitFailure(message: string): AppError | undefined {
  const [, kind, refusal] = firstMatch(ULIMIT_FAILURES, message);
  if (kind !== undefined && refusal !== undefined) {
    const name = LIMIT_NAMES[Number(kind)] ?? kind.toLowerCase();
    const why = printable(refusal).toLowerCase();
    return new AppError('RUNTIME_LIMITS', `the limit '${name}' cannot be set: ${why}`, {
      hint: 'choose a lower value: it cannot exceed the limit of lamina itself',
    });
  }
  const [, file, reason] = firstMatch(CGROUP_FAILURES, message);
  if (file === undefined || reason === undefined) return undefined;
  const why = printable(reason).toLowerCase();
  return new AppError('RUNTIME_LIMITS', `this machine rejects the limit ${file}: ${why}`, {
    hint: why.includes('no such file')
      ? 'the controller is not enabled for the control group of lamina; inside a container, start that container with --privileged --cgroupns=host'
      : 'choose another value',
  });
}

/** By error number of the kernel. */
const LIMIT_NAMES = [
  ...['cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile', 'memlock'],
  ...['as', 'locks', 'sigpending', 'msgqueue', 'nice', 'rtprio', 'rttime'],
];

function firstMatch(patterns: readonly RegExp[], text: string): readonly (string | undefined)[] {
  for (const pattern of patterns) {
    const found = pattern.exec(text);
    if (found !== null) return found;
  }
  return [];
}

function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
}
