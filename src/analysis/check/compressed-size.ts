import { compressGzip, decompress } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import type { Image, Layer } from '../../image/index.ts';
import type { ImageReport } from '../report/types.ts';

/**
 * Bytes of the compressed image. Layers that have no compressed form yet are compressed as a push does it, to count.
 *
 * @returns null where a layer cannot be read
 * @throws the signal's reason
 */
export async function compressedSize(
  { layers, bytes, configBytes }: Pick<Image, 'layers' | 'bytes' | 'configBytes'>,
  report: ImageReport,
  signal?: AbortSignal,
): Promise<number | null> {
  if (report.size.compressed !== null) return report.size.compressed;
  if (report.problems.length > 0) return null;
  let sum = bytes.length + configBytes.length;
  for (const [index, layer] of layers.entries()) {
    const size = report.layers[index]?.compressed ?? (await gzippedSize(layer, signal));
    if (size === null) return null;
    sum += size;
  }
  return sum;
}

async function gzippedSize(layer: Layer, signal: AbortSignal | undefined): Promise<number | null> {
  let sum = 0;
  try {
    for await (const chunk of compressGzip(decompress(layer.read()))) {
      signal?.throwIfAborted();
      sum += chunk.length;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) return null;
    throw error;
  }
  return sum;
}
