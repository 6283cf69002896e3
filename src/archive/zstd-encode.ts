/**
 * zstd, compressed into one frame by Node (from 22.15 on), else by the libzstd of the machine. The output depends on
 * the input, the level and the release of zstd. https://www.rfc-editor.org/rfc/rfc8878
 */

import { versions } from 'node:process';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { AppError } from '../errors.ts';
import { libzstdVersion, ZstdFrame, type ZstdSettings } from '../system/index.ts';
import { blocks } from './blocks.ts';
import { throughTransform } from './transform.ts';

export interface ZstdOptions {
  /** 1 (fast) to 22 (small); 0, as not given, is 3. */
  readonly level?: number | undefined;
}

const BLOCK = 512 * 1024;
const DEFAULT_LEVEL = 3;
/** From this level on windows grow beyond the 8 MiB that every decoder has to read. */
const ULTRA_LEVEL = 20;
const MAX_WINDOW_LOG = 23;

/**
 * Names the release whose bytes `compressZstd` gives.
 * @throws AppError SYSTEM_NO_ZSTD
 */
export function zstdRelease(): string {
  const version = nativeEncoder() === undefined ? libzstdVersion() : versions.zstd;
  if (version !== undefined) return version;
  throw new AppError('SYSTEM_NO_ZSTD', 'nothing on this machine compresses with zstd', {
    expected: 'libzstd.so.1, or Node 22.15 or later',
    hint: 'install the package libzstd1 (libzstd on Fedora and Alpine), or choose compression=gzip',
  });
}

/**
 * Compresses a stream into one frame with a checksum. The chunks given out are the caller's.
 * @param source its chunks are copied before the next one is asked for
 * @throws AppError SYSTEM_NO_ZSTD
 */
export async function* compressZstd(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { level = 0 }: ZstdOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  zstdRelease();
  const settings: ZstdSettings = {
    level: level === 0 ? DEFAULT_LEVEL : level,
    ...(level >= ULTRA_LEVEL && { windowLog: MAX_WINDOW_LOG }),
  };
  const input = blocks(source, BLOCK);
  const native = nativeEncoder();
  if (native !== undefined) yield* throughTransform(input, native(settings), 'zstd');
  else yield* throughLibrary(input, settings);
}

async function* throughLibrary(
  input: AsyncIterable<Uint8Array>,
  settings: ZstdSettings,
): AsyncGenerator<Uint8Array, void, undefined> {
  using frame = new ZstdFrame(settings);
  for await (const block of input) yield* await frame.write(block);
  yield* await frame.end();
}

/** Of enum ZSTD_cParameter, as Node takes them. */
const PARAMETERS = { level: 100, windowLog: 101, checksum: 201 } as const;

function nativeEncoder(): ((settings: ZstdSettings) => Transform) | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdCompress');
  if (!isEncoderFactory(create)) return undefined;
  return ({ level, windowLog }) =>
    create({
      params: {
        [PARAMETERS.level]: level,
        [PARAMETERS.checksum]: 1,
        ...(windowLog !== undefined && { [PARAMETERS.windowLog]: windowLog }),
      },
    });
}

type EncoderFactory = (options: { readonly params: Record<number, number> }) => Transform;

function isEncoderFactory(value: unknown): value is EncoderFactory {
  return typeof value === 'function';
}
