import { describe, expect, it } from 'vitest';
import { startFailure } from './runtime-failure.ts';

const RUNC = 'runc run failed: unable to start container process: ';
const INIT = `${RUNC}error during container init: `;

describe('what a runtime says of a program', () => {
  it.each(['nope', 'a"b', 'a\\b', "a'b", 'a\nb', ''])('finds no %j', (program) => {
    const message = `${RUNC}exec: ${JSON.stringify(program)}: executable file not found in $PATH`;
    expect(startFailure(message, program)).toMatchObject({ code: 'RUNTIME_NOT_FOUND' });
  });

  it('cannot execute a file with a quote in its name', () => {
    const message = `${RUNC}exec: "/a\\"b": permission denied`;
    expect(startFailure(message, '/a"b')).toMatchObject({ code: 'RUNTIME_NOT_EXECUTABLE' });
  });
});

describe('what crun says of a program', () => {
  it('is that it cannot be executed, without its name', () => {
    const failure = startFailure('open executable: Permission denied', '/x');
    expect(failure).toMatchObject({ code: 'RUNTIME_NOT_EXECUTABLE' });
  });
});

describe('what a runtime says of the rest', () => {
  it('is put in our words for mounts, without paths of this machine', () => {
    const path = '/var/lib/x/rootfs/sys/nope';
    const message = `${INIT}error mounting "/a" to rootfs at "/sys/nope": mkdir ${path}: read-only file system`;
    expect(startFailure(message, 'x')).toMatchObject({
      code: 'RUNTIME_MOUNT_TARGET',
      message: "cannot mount at '/sys/nope': read-only file system",
    });
  });

  it('names the limit of open files', () => {
    const message = `${INIT}error loading seccomp filter into kernel: pipe2: too many open files`;
    expect(startFailure(message, 'x')).toMatchObject({
      code: 'RUNTIME_LIMITS',
      hint: 'raise it: --ulimit nofile=1024',
    });
  });

  it('is put in our words for limits', () => {
    const file = '/sys/fs/cgroup/cpuset/lamina/x/1/box/cpuset.cpus';
    const message = `${RUNC}unable to apply cgroup configuration: failed to write "77": write ${file}: numerical result out of range`;
    expect(startFailure(message, 'x')).toMatchObject({
      code: 'RUNTIME_LIMITS',
      message: 'this machine rejects the limit cpuset.cpus: numerical result out of range',
    });
    const rlimits = `${INIT}error setting rlimits for ready process: error setting rlimit type 7: operation not permitted`;
    expect(startFailure(rlimits, 'x')).toMatchObject({
      code: 'RUNTIME_LIMITS',
      message: "the limit 'nofile' cannot be set: operation not permitted",
    });
  });

  it.each([
    ['mkdir `/sys/nope`: Operation not permitted', 'RUNTIME_MOUNT_TARGET', "at '/sys/nope'"],
    ['writing file `cpuset.cpus`: Numerical result out of range', 'RUNTIME_LIMITS', 'cpuset.cpus'],
    ['setrlimit `RLIMIT_NOFILE`: Operation not permitted', 'RUNTIME_LIMITS', "'nofile'"],
    [
      'error setting cgroup config: openat2 /sys/fs/cgroup/lamina/x/box/memory.max: no such file or directory',
      'RUNTIME_LIMITS',
      'memory.max',
    ],
  ])('is put in our words: %s', (message, code, part) => {
    const failure = startFailure(message, 'x');
    expect(failure).toMatchObject({ code, message: expect.stringContaining(part) });
    expect(failure.message).not.toContain('`');
  });

  it('comes without what runc says each time', () => {
    expect(startFailure(`${INIT}the moon is full`, 'x')).toMatchObject({
      code: 'RUNTIME_START_FAILED',
      message: 'the container could not be started: the moon is full',
    });
  });
});
