/**
 * Starts programs as posix_spawn(3) does: the new process shares the memory of this one until it runs its program. Node
 * copies the map of its own memory first, which takes ten times as long.
 */
import { closeSync, openSync } from 'node:fs';
import { nativeFunction, requireLinux } from './libc.ts';
import { SystemError } from './system-error.ts';

export interface ChildProgram {
  /** A path, or a name to look for in this process's PATH. */
  readonly program: string;
  /** After the program's name. */
  readonly args: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  /** What becomes the descriptors 0, 1, 2 and so on; `ignore`: /dev/null. */
  readonly fds: readonly (number | 'ignore')[];
}

/** Larger than any C library's objects of these types. */
const OBJECT_BYTES = 512;
const SIGNAL_SET_BYTES = 128;
const SETSIGDEF = 4;
const SETSIGMASK = 8;

let attributes: Uint8Array | undefined;

/**
 * @returns the id of a child that only `takeChildStatus` reaps
 * @throws SystemError
 */
export function startChild({ program, args, env, fds }: ChildProgram): number {
  requireLinux('processes of this kind');
  const spawn = nativeFunction(
    'int posix_spawnp(void *, const char *, void *, void *, const char **, const char **)',
  );
  const nothing = fds.includes('ignore') ? openSync('/dev/null', 'r+') : undefined;
  const actions = new Uint8Array(OBJECT_BYTES);
  call('int posix_spawn_file_actions_init(void *)', actions);
  try {
    for (const [target, fd] of fds.entries()) {
      const source = fd === 'ignore' ? nothing : fd;
      if (source === undefined || (source !== target && source < fds.length)) {
        throw new Error(`descriptor ${source} of a child would be overwritten`);
      }
      call('int posix_spawn_file_actions_adddup2(void *, int, int)', actions, source, target);
    }
    const pid = new Int32Array(1);
    attributes ??= cleanSignals();
    const result = spawn(
      new Uint8Array(pid.buffer),
      program,
      actions,
      attributes,
      [program, ...args, null],
      [...env, null],
    );
    if (result !== 0) throw new SystemError(result, 'posix_spawn', program);
    return pid[0] ?? 0;
  } finally {
    call('int posix_spawn_file_actions_destroy(void *)', actions);
    if (nothing !== undefined) closeSync(nothing);
  }
}

/** Node ignores some signals, and blocks others at times; its children shall not. */
function cleanSignals(): Uint8Array {
  const made = new Uint8Array(OBJECT_BYTES);
  call('int posix_spawnattr_init(void *)', made);
  call('int posix_spawnattr_setflags(void *, short)', made, SETSIGDEF | SETSIGMASK);
  const all = new Uint8Array(SIGNAL_SET_BYTES).fill(0xff);
  call('int posix_spawnattr_setsigdefault(void *, void *)', made, all);
  call('int posix_spawnattr_setsigmask(void *, void *)', made, new Uint8Array(SIGNAL_SET_BYTES));
  return made;
}

function call(prototype: string, ...args: (number | Uint8Array)[]): void {
  const result = nativeFunction(prototype)(...args);
  if (result !== 0) throw new SystemError(result, 'posix_spawn');
}
