export { blocks } from './blocks.ts';
export {
  type Compression,
  decompress,
  detectCompression,
  MAGIC_SIZE,
  ownChunks,
} from './decompress.ts';
export { encodeHeader } from './encode.ts';
export { checkEntryPath, unstorable } from './entry-limits.ts';
export { compressEstargz, type EstargzInfo, type EstargzOptions } from './estargz.ts';
export { compressGzip, type GzipOptions } from './gzip.ts';
export { END_OF_ARCHIVE, padding, type TarHeader, type TarType } from './header.ts';
export { type TarEvent, type TarMemberEvent, TarParser } from './parser.ts';
export { type ContentPiece, isTar, readContent, readTar, type TarMember } from './read.ts';
export type { SparsePiece } from './sparse.ts';
export { compressZstd, type ZstdOptions, zstdRelease } from './zstd-encode.ts';
