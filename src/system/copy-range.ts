/**
 * Copies bytes from file to file, in the kernel if possible: by reflink, on the file server, or at least without
 * JavaScript.
 */
import { readSync, writeSync } from 'node:fs';
import { lastError, nativeFunction } from './libc.ts';

/** Bytes. Below this, plain reads and writes are as fast and need no native code. */
const SMALL = 65_536;
const CHUNK = 1 << 20;
/** The kernel cannot copy between these files (or at all): use plain reads and writes. */
const CANNOT = new Set(['EXDEV', 'EINVAL', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'ETXTBSY']);

let kernelCopies = process.platform === 'linux';
let buffer: Buffer | undefined;

/**
 * Copies up to `length` bytes; neither uses nor moves file positions. Blocks: copy large files in pieces.
 * @returns bytes copied; fewer than `length` only at the end of the source
 * @throws SystemError or an error of `node:fs`: ENOSPC, EIO, EBADF, …
 */
export function copyRange(
  sourceFd: number,
  sourceOffset: number,
  targetFd: number,
  targetOffset: number,
  length: number,
): number {
  let done = 0;
  if (length > SMALL && kernelCopies) {
    done = copyInKernel(sourceFd, sourceOffset, targetFd, targetOffset, length);
  }
  // Also after a short copy: on some file systems the kernel's call returns 0 before the end.
  if (done < length) {
    done += copyPlainly(
      sourceFd,
      sourceOffset + done,
      targetFd,
      targetOffset + done,
      length - done,
    );
  }
  return done;
}

function copyInKernel(
  sourceFd: number,
  sourceOffset: number,
  targetFd: number,
  targetOffset: number,
  length: number,
): number {
  const copy = bindCopy();
  if (!copy) return 0;
  const offsets = BigInt64Array.of(BigInt(sourceOffset), BigInt(targetOffset));
  const source = new Uint8Array(offsets.buffer, 0, 8);
  const target = new Uint8Array(offsets.buffer, 8, 8);
  let done = 0;
  while (done < length) {
    const count = copy(sourceFd, source, targetFd, target, length - done, 0);
    if (count > 0) {
      done += count;
      continue;
    }
    if (count === 0) break;
    const error = lastError('copy_file_range');
    if (CANNOT.has(error.code)) break;
    if (error.code !== 'EINTR') throw error;
  }
  return done;
}

function bindCopy(): ReturnType<typeof nativeFunction> | undefined {
  try {
    return nativeFunction('long copy_file_range(int, void *, int, void *, size_t, unsigned int)');
  } catch {
    kernelCopies = false;
    return undefined;
  }
}

function copyPlainly(
  sourceFd: number,
  sourceOffset: number,
  targetFd: number,
  targetOffset: number,
  length: number,
): number {
  buffer ??= Buffer.allocUnsafeSlow(CHUNK);
  let done = 0;
  while (done < length) {
    const count = readSync(
      sourceFd,
      buffer,
      0,
      Math.min(CHUNK, length - done),
      sourceOffset + done,
    );
    if (count === 0) break;
    let written = 0;
    while (written < count) {
      const at = targetOffset + done + written;
      written += writeSync(targetFd, buffer, written, count - written, at);
    }
    done += count;
  }
  return done;
}
