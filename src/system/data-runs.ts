/** Data ranges of sparse files. The rest are holes, which read as zeros and use no disk space. */
import { fstatSync } from 'node:fs';
import { copyRange } from './copy-range.ts';
import { callNative, type NativeFunction, nativeFunction } from './libc.ts';
import { hasErrorCode } from './system-error.ts';

const SEEK_DATA = 3;
const SEEK_HOLE = 4;
/** Bytes. Shorter ranges count as data: the system call would cost more than it saves. */
const SMALL = 256 * 1024;

export interface DataRun {
  readonly offset: number;
  readonly size: number;
}

/**
 * The data ranges among `size` bytes from `offset` on, in order. Moves the descriptor's position. Systems without
 * support yield one range.
 */
export function* dataRuns(fd: number, offset: number, size: number): Generator<DataRun, void> {
  const end = offset + size;
  const seek = size < SMALL || !mayHaveHoles(fd) ? undefined : bindSeek();
  for (let position = offset; position < end; ) {
    const start = seek === undefined ? position : seekTo(seek, { fd, position, whence: SEEK_DATA });
    if (start === undefined || start >= end) return;
    const hole = seek && seekTo(seek, { fd, position: start, whence: SEEK_HOLE });
    const next = Math.min(hole ?? end, end);
    yield { offset: start, size: next - start };
    position = next;
  }
}

/** A range to copy with its holes. */
export interface SparseCopy {
  readonly from: number;
  readonly offset: number;
  readonly size: number;
  /** A descriptor of a file without data from `toOffset` on. */
  readonly to: number;
  readonly toOffset: number;
}

/**
 * Copies bytes from file to file and keeps holes, also at the end: the caller must set the size. Yields between pieces.
 *
 * @returns whether the source has that many bytes
 * @throws SystemError or an error of `node:fs`: ENOSPC, EIO, …
 */
export function* copySparse(copy: SparseCopy, piece: number): Generator<void, boolean> {
  const { from, offset, size, to, toOffset } = copy;
  if (fstatSync(from).size < offset + size) return false;
  for (const run of dataRuns(from, offset, size)) {
    for (let done = 0; done < run.size; done += piece) {
      const length = Math.min(piece, run.size - done);
      const start = run.offset + done;
      if (copyRange(from, start, to, toOffset + start - offset, length) < length) return false;
      yield;
    }
  }
  return true;
}

function mayHaveHoles(fd: number): boolean {
  const { blocks, size } = fstatSync(fd);
  return blocks * 512 < size;
}

interface Seek {
  readonly fd: number;
  readonly position: number;
  readonly whence: number;
}

/** Undefined if there is no such range after the position. The position itself if the file system has no support. */
function seekTo(seek: NativeFunction, { fd, position, whence }: Seek): number | undefined {
  try {
    return Number(callNative(seek, 'lseek', undefined, fd, position, whence));
  } catch (error) {
    if (hasErrorCode(error, 'ENXIO')) return undefined;
    if (whence === SEEK_DATA && hasErrorCode(error, 'EINVAL', 'EOPNOTSUPP')) return position;
    if (hasErrorCode(error, 'EINVAL', 'EOPNOTSUPP')) return undefined;
    throw error;
  }
}

let seekFunction: NativeFunction | undefined | 'none';

function bindSeek(): NativeFunction | undefined {
  if (seekFunction === undefined) {
    try {
      const isLinux = process.platform === 'linux';
      seekFunction = isLinux ? nativeFunction('long lseek(int, long, int)') : 'none';
    } catch {
      seekFunction = 'none';
    }
  }
  return seekFunction === 'none' ? undefined : seekFunction;
}
