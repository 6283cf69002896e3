/** The ways in which layers are compressed, and what of the compressor decides about the bytes. */
import { versions } from 'node:process';
import { compressEstargz, compressGzip, compressZstd, zstdRelease } from '../../archive/index.ts';
import { type Descriptor, type DiffId, MEDIA_TYPES } from '../../oci/index.ts';

export type Compression = 'uncompressed' | 'gzip' | 'estargz' | 'zstd';

export interface LayerEncoding {
  readonly compression: Compression;
  /** 0 to 9 for gzip and estargz, 0 to 22 for zstd. Undefined: 6, and 3. */
  readonly level?: number | undefined;
  /** Also layers that were loaded in another form are given this one. */
  readonly force?: boolean | undefined;
}

/** What Go's gzip, and so BuildKit and Docker, compress with. */
const GZIP_LEVEL = 6;

/** The annotations of an eStargz layer's descriptor. */
export const TOC_DIGEST_ANNOTATION = 'containerd.io/snapshot/stargz/toc.digest';
const UNCOMPRESSED_SIZE_ANNOTATION = 'io.containers.estargz.uncompressed-size';

/** What is known of a layer only when it has been compressed. */
export interface Encoded {
  /** Of what comes out of the blob; undefined: that of the layer's tar. */
  readonly diffId?: DiffId | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface Encoder {
  readonly mediaType: string;
  /** Names all that the bytes depend on beside the tar: codec, level, release. */
  readonly name: string;
  /** Chunks belong to whoever takes them. */
  readonly encode: (
    tar: AsyncIterable<Uint8Array>,
  ) => AsyncGenerator<Uint8Array, Encoded, undefined>;
}

/**
 * The number behind the codec's name is changed whenever it begins to give other bytes with the same library.
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
        name: `gzip/1 level ${used} zlib ${versions.zlib}`,
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
      const used = level ?? GZIP_LEVEL;
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

/** Whether a blob that a layer came with is compressed in this way already. */
export function hasEncoding(blob: Descriptor, { compression }: LayerEncoding): boolean {
  const isEstargz = blob.annotations?.[TOC_DIGEST_ANNOTATION] !== undefined;
  const [, kind = 'uncompressed'] = /[.+](gzip|zstd)$/.exec(blob.mediaType) ?? [];
  return compression === (isEstargz ? 'estargz' : kind);
}
