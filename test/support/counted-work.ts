/** What a command asked of the kernel, counted by strace: the same on a busy and on a quiet machine. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from './cli.ts';
import { ensureTool } from './tools.ts';

export interface Work {
  /** System calls, without those for memory and for threads, whose number varies. */
  readonly calls: number;
  /** Files opened. */
  readonly opened: number;
  /** Files below `watched` opened. */
  readonly openedThere: number;
  /** Bytes read from files, pipes and sockets, and copied by the kernel. */
  readonly read: number;
  readonly started: number;
}

const VARYING =
  /^(?:futex|epoll_\w+|m?madvise|mmap|munmap|mprotect|mremap|brk|sched_\w+|clock_\w+|rt_sig\w+|gettid|getpid|write|restart_syscall|ppoll|poll|eventfd2|getrusage|prctl|set_robust_list|rseq|exit)$/;
const READS = new Set([
  'read',
  'pread64',
  'readv',
  'preadv',
  'preadv2',
  'copy_file_range',
  'recvfrom',
]);
const CALL = /^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$/;

/**
 * Counts what a command does, with all processes that it starts.
 *
 * @param watched a part of the paths of some files
 * @throws Error if the command fails
 */
export async function workOf(
  bench: Workbench,
  args: readonly string[],
  watched: string,
): Promise<Work> {
  const strace = ensureTool('strace', 'strace');
  const directory = mkdtempSync(join(bench.directory, 'strace-'));
  try {
    const log = join(directory, 'log');
    await bench.succeed(args, {
      wrapper: [strace, '-f', '-qq', '-y', '-s', '0', '-o', log],
      // Other versions that run beside it replace the code that V8 compiled for this one.
      env: { XDG_CACHE_HOME: join(bench.directory, 'cache') },
    });
    return count(readFileSync(log, 'latin1'), watched);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function count(log: string, watched: string): Work {
  const work = { calls: 0, opened: 0, openedThere: 0, read: 0, started: 0 };
  for (const line of log.split('\n')) {
    const [, name = '', rest = ''] = CALL.exec(line) ?? [];
    if (name === '' || rest.includes('<unfinished ...>') || VARYING.test(name)) continue;
    work.calls++;
    const result = /= (-?\d+)(?:<(.*)>)?[^=]*$/.exec(rest);
    if (result === null || result[1]?.startsWith('-')) continue;
    if (name === 'openat' || name === 'open' || name === 'openat2') {
      work.opened++;
      if (result[2]?.includes(watched)) work.openedThere++;
    }
    if (READS.has(name)) work.read += Number(result[1]);
    if (name === 'execve') work.started++;
  }
  return work;
}
