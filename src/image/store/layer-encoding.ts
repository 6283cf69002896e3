/** Compressions of layers, and the properties of the compressor that decide the bytes. */
import { versions } from 'node:process';
import { compressEstargz, compressGzip, compressZstd, zstdRelease } from '../../archive/index.ts';
import { type Descriptor, type DiffId, MEDIA_TYPES } from '../../oci/index.ts';

export type Compression = 'uncompressed' | 'gzip' | 'estargz' | 'zstd';

export interface LayerEncoding {
  readonly compression: Compression;
  /** 0 to 9 for gzip and estargz, 0 to 22 for zstd. Undefined: 5 for gzip, 6 for estargz, 3 for zstd. */
  readonly level?: number | undefined;
  /** Recompress layers that were loaded in another form, too. */
  readonly force?: boolean | undefined;
}

/** Gives layers of the size that BuildKit and Docker make, within 1 %. */
const GZIP_LEVEL = 5;
const ESTARGZ_LEVEL = 6;

/** The annotations of an eStargz layer's descriptor. */
export const TOC_DIGEST_ANNOTATION = 'containerd.io/snapshot/stargz/toc.digest';
const UNCOMPRESSED_SIZE_ANNOTATION = 'io.containers.estargz.uncompressed-size';

/** Facts about a layer that are known only after compression. */
export interface Encoded {
  /** Of the uncompressed content of the blob; undefined: that of the layer's tar. */
  readonly diffId?: DiffId | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface Encoder {
  readonly mediaType: string;
  /** Covers everything that the bytes depend on beside the tar: codec, level, release. */
  readonly name: string;
  /** The consumer owns the chunks. */
  readonly encode: (
    tar: AsyncIterable<Uint8Array>,
  ) => AsyncGenerator<Uint8Array, Encoded, undefined>;
}

/**
 * The number after the codec's name is raised whenever it gives other bytes with the same library.
 * @returns undefined for layers that are not compressed
 */
export function encoderOf({ compression, level }: LayerEncoding): Encoder | undefined {
  switch (compression) {
    case 'uncompressed':
      return undefined;
    case 'gzip': {
      const used = level ?? GZIP_LEVEL;
      return {
        mediaType: MEDIA_TYPES.ociLayerGzip,
        name: `gzip/2 level ${used} zlib ${versions.zlib}`,
        encode: (tar) => plain(compressGzip(tar, { level: used })),
      };
    }
    case 'zstd':
      return {
        mediaType: MEDIA_TYPES.ociLayerZstd,
        name: `zstd/1 level ${level ?? 0} zstd ${zstdRelease()}`,
        encode: (tar) => plain(compressZstd(tar, { level })),
      };
    case 'estargz': {
      const used = level ?? ESTARGZ_LEVEL;
      return {
        mediaType: MEDIA_TYPES.ociLayerGzip,
        name: `estargz/1 level ${used} zlib ${versions.zlib}`,
        encode: (tar) => estargz(tar, used),
      };
    }
  }
}

async function* plain(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, Encoded, undefined> {
  yield* bytes;
  return {};
}

async function* estargz(
  tar: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Uint8Array, Encoded, undefined> {
  const { tocDigest, uncompressedDigest, uncompressedSize } = yield* compressEstargz(tar, {
    level,
  });
  return {
    diffId: uncompressedDigest as DiffId,
    annotations: {
      [TOC_DIGEST_ANNOTATION]: tocDigest,
      [UNCOMPRESSED_SIZE_ANNOTATION]: String(uncompressedSize),
    },
  };
}

/** Whether a layer's original blob already has this compression. */
export function hasEncoding(blob: Descriptor, { compression }: LayerEncoding): boolean {
  const isEstargz = blob.annotations?.[TOC_DIGEST_ANNOTATION] !== undefined;
  const [, kind = 'uncompressed'] = /[.+](gzip|zstd)$/.exec(blob.mediaType) ?? [];
  return compression === (isEstargz ? 'estargz' : kind);
}
