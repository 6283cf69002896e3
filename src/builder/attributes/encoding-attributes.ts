import type { Compression, LayerEncoding } from '../../image/index.ts';
import type { Attributes } from './attributes.ts';

const COMPRESSIONS: readonly Compression[] = ['gzip', 'zstd', 'estargz', 'uncompressed'];

/** The encoding of layers for an output or a cache. @throws AppError with the attributes' code */
export function layerEncoding(attributes: Attributes): LayerEncoding & { readonly force: boolean } {
  const compression = attributes.choice('compression', COMPRESSIONS) ?? 'gzip';
  const max = compression === 'zstd' ? 22 : 9;
  const level = attributes.number('compression-level', { max, of: `level of ${compression}` });
  const force = attributes.flag('force-compression') ?? false;
  return { compression, level, force };
}
