import { callNative, nativeFunction, requireLinux } from './libc.ts';

const PR_SET_CHILD_SUBREAPER = 36;

/** Makes this process inherit those below it that lose their parent. @throws SystemError */
export function becomeSubreaper(): void {
  requireLinux('processes of this kind');
  const prctl = nativeFunction('int prctl(int, unsigned long)');
  callNative(prctl, 'prctl', undefined, PR_SET_CHILD_SUBREAPER, 1);
}

/** How a child process ended. */
export type ChildStatus =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'killed'; readonly signal: number };

const NO_HANG = 1;
const SIGNAL_BITS = 0x7f;

/**
 * Reaps a child that Node did not start: one that this process inherited as the first process of a pid namespace. Call
 * on SIGCHLD.
 * @returns undefined while it runs
 * @throws SystemError ECHILD if it is no child, or was reaped before
 */
export function takeChildStatus(pid: number): ChildStatus | undefined {
  requireLinux('processes of this kind');
  const waitpid = nativeFunction('int waitpid(int, void *, int)');
  const status = new Int32Array(1);
  const found = callNative(
    waitpid,
    'waitpid',
    undefined,
    pid,
    new Uint8Array(status.buffer),
    NO_HANG,
  );
  if (found === 0) return undefined;
  const [word = 0] = status;
  const signal = word & SIGNAL_BITS;
  if (signal !== 0) return { kind: 'killed', signal };
  return { kind: 'exited', exitCode: (word >> 8) & 0xff };
}
