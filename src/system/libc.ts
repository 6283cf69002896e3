/** Calls into the C library, through koffi, which loads on the first call: a fully cached build must not pay for it. */
import { createRequire } from 'node:module';
import { AppError } from '../errors.ts';
import { SystemError } from './system-error.ts';

/** What a C function takes: lists of strings end with null. */
export type NativeArgument =
  | number
  | bigint
  | Uint8Array
  | string
  | null
  | readonly (string | null)[];

/** A bound C function: takes numbers, null, buffers and strings, returns a number. */
export type NativeFunction = (...args: NativeArgument[]) => number;

type Koffi = typeof import('koffi');
type AsyncNativeFunction = NativeFunction & {
  async: (...args: unknown[]) => void;
};

interface Library {
  readonly koffi: Koffi;
  readonly functions: Map<string, AsyncNativeFunction>;
  readonly handle: ReturnType<Koffi['load']>;
}

let library: Library | undefined;

/**
 * Binds a function of the C library.
 * @param prototype in C, pointers as `void *`: `int flock(int, int)`
 * @throws AppError SYSTEM_UNSUPPORTED if there is no such function or no binding for this machine
 */
export function nativeFunction(prototype: string): NativeFunction {
  return bind(prototype);
}

/**
 * Calls a function that returns -1 and sets errno on failure; retries on EINTR.
 * @throws SystemError with the errno's name as code
 */
export function callNative(
  fn: NativeFunction,
  syscall: string,
  path: string | undefined,
  ...args: (number | bigint | Uint8Array | null)[]
): number {
  for (;;) {
    const result = fn(...args);
    if (result >= 0) return result;
    const error = lastError(syscall, path);
    if (error.code !== 'EINTR') throw error;
  }
}

/** Whether something has been bound: another call costs little. */
export function isNativeLoaded(): boolean {
  return library !== undefined;
}

/** The error of the previous native call on this thread. */
export function lastError(syscall: string, path?: string): SystemError {
  return new SystemError(loadLibrary().koffi.errno(), syscall, path);
}

/**
 * Runs a function on a pool thread. Its errno is lost: a negative result is reported as EIO.
 * @throws SystemError
 */
export function callNativeAsync(
  prototype: string,
  syscall: string,
  path: string,
  ...args: (number | Uint8Array | null)[]
): Promise<number> {
  const fn = bind(prototype);
  return new Promise((resolve, reject) => {
    fn.async(...args, (error: unknown, result: number) => {
      if (error) reject(error);
      else if (result < 0) reject(new SystemError(EIO, syscall, path));
      else resolve(result);
    });
  });
}

const EIO = 5;

/**
 * A path for the kernel: NUL-terminated bytes.
 * @param path latin1 bytes
 */
export function cString(path: string): Buffer {
  if (path.includes('\0')) throw new Error('a zero byte in a string for the kernel');
  return Buffer.from(`${path}\0`, 'latin1');
}

/** @throws AppError SYSTEM_UNSUPPORTED unless this is Linux */
export function requireLinux(what: string): void {
  if (process.platform !== 'linux') throw unsupported(what);
}

function unsupported(what: string, cause?: unknown): AppError {
  return new AppError('SYSTEM_UNSUPPORTED', `this system has no ${what}`, {
    hint: 'use Linux on a 64-bit processor',
    cause,
  });
}

function bind(prototype: string): AsyncNativeFunction {
  const { functions, handle } = loadLibrary();
  const known = functions.get(prototype);
  if (known) return known;
  try {
    const bound = handle.func(prototype) as unknown as AsyncNativeFunction;
    functions.set(prototype, bound);
    return bound;
  } catch (error) {
    throw unsupported(`function '${prototype}'`, error);
  }
}

function loadLibrary(): Library {
  if (library) return library;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    library = { koffi, functions: new Map(), handle: koffi.load(null) };
    return library;
  } catch (error) {
    throw unsupported('binding to the C library (the package koffi could not be loaded)', error);
  }
}
