import { describe, expect, it } from 'vitest';
import { usedPaths } from './trace.ts';

const ENTERED = 'pivot_root(".", ".") = 0';

function used(...texts: readonly string[][]) {
  return usedPaths(new Map(texts.map((lines, index) => [index + 1, `${lines.join('\n')}\n`])));
}

describe('the trace of a container', () => {
  it('counts what its first process uses after it has entered the container', () => {
    const { found, started } = used([
      'openat(AT_FDCWD</root>, "/etc/host-file", O_RDONLY) = 3</etc/host-file>',
      ENTERED,
      'execve("/bin/app", ["app"], 0x1 /* 2 vars */) = 0',
      'openat(AT_FDCWD</srv>, "data/x", O_RDONLY|O_CLOEXEC) = 4</srv/data/y>',
      'newfstatat(AT_FDCWD</>, "/etc/app.conf", {st_mode=S_IFREG|0644, st_size=1, ...}, 0) = 0',
    ]);
    expect([...found]).toEqual(['/bin/app', '/srv/data/x', '/srv/data/y', '/etc/app.conf']);
    expect([...started]).toEqual(['/bin/app']);
  });

  it('follows its children, by their ids outside of the container', () => {
    const { found } = used(
      [ENTERED, "clone(child_stack=NULL, flags=SIGCHLD) = 7 /* 2 in strace's PID NS */"],
      ['openat(AT_FDCWD</>, "/child", O_RDONLY) = 3</child>', 'vfork() = 3'],
      ['access("/grandchild", F_OK) = 0'],
      ['access("/of-another-process", F_OK) = 0'],
    );
    expect([...found]).toEqual(['/child', '/grandchild']);
  });

  it('knows the working directory of each process', () => {
    const { found, started } = used(
      [
        ENTERED,
        'chdir("/www") = 0',
        'access("a", F_OK) = 0',
        'chdir("cgi-bin") = 0',
        'vfork() = 2',
        'fchdir(3</tmp>) = 0',
        'access("b", F_OK) = 0',
        'newfstatat(AT_FDCWD</srv>, "c", {}, 0) = 0',
        'access("d", F_OK) = 0',
      ],
      ['execve("./id", ["id"], 0x1) = 0'],
    );
    expect([...found].sort()).toEqual([
      '/srv/c',
      '/srv/d',
      '/tmp/b',
      '/www',
      '/www/a',
      '/www/cgi-bin',
      '/www/cgi-bin/./id',
    ]);
    expect([...started]).toEqual(['/www/cgi-bin/./id']);
  });

  it('leaves out what was not there', () => {
    const { found } = used([
      ENTERED,
      'openat(AT_FDCWD</>, "/missing", O_RDONLY) = -1 ENOENT (No such file or directory)',
      'pivot_root("a", "b") = -1 EPERM (Operation not permitted)',
    ]);
    expect([...found]).toEqual([]);
  });

  it('counts the directories in which files are made', () => {
    const { found } = used([
      ENTERED,
      'mkdir("/var/lib/x/body", 0700) = 0',
      'openat(AT_FDCWD</srv>, "log/new", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</srv/log/new>',
      'openat(AT_FDCWD</srv>, "old", O_WRONLY) = 3</srv/old>',
      'bind(4<UNIX-STREAM:[1]>, {sa_family=AF_UNIX, sun_path="/run/x/socket"}, 16) = 0',
      'bind(4, {sa_family=AF_UNIX, sun_path=@"abstract"}, 11) = 0',
    ]);
    expect([...found].filter((path) => !/body|new$/.test(path))).toEqual([
      '/var/lib/x',
      '/srv/log',
      '/srv/old',
      '/run/x',
    ]);
  });

  it('reads names with quotes, spaces and bytes that are not text', () => {
    const { found } = used([ENTERED, 'access("/a \\"b\\\\\\n\\303\\251", F_OK) = 0']);
    expect([...found]).toEqual(['/a "b\\\n\xc3\xa9']);
  });
});
