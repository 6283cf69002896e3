import { constants } from 'node:os';

/** Names of this system's error numbers; the first of several names for one number wins. */
const NAMES = new Map<number, string>();
for (const [name, number] of Object.entries(constants.errno)) {
  if (!NAMES.has(number)) NAMES.set(number, name);
}

/** A failed system call, in the shape of the errors of `node:fs`. */
export class SystemError extends Error {
  /** `ENOENT`, `EEXIST`, … */
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  /** latin1 bytes */
  readonly path: string | undefined;

  constructor(errno: number, syscall: string, path?: string) {
    const code = NAMES.get(errno) ?? `E${errno}`;
    super(`${code}: ${syscall}${path === undefined ? '' : ` '${printable(path)}'`}`);
    this.name = 'SystemError';
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
  }
}

/** True for errors of `node:fs` and of this folder with one of these codes. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}

/** The reason without the call and its path, which may be an internal one: `ENOENT: no such file or directory`. */
export function failureReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Error && 'syscall' in error
    ? message.replace(/[,:] [a-z_0-9]+(?: '.*)?$/s, '')
    : message;
}

function printable(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
