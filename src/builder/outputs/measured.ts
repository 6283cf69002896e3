/** Measures the size of an output. */
import { stat } from 'node:fs/promises';
import type { Destination } from '../../destination/index.ts';

export interface Measured<T> {
  readonly result: T;
  /** Undefined for pipes and devices. */
  readonly bytes: number | undefined;
}

/** Writes one file, or a stream, and measures it. */
export async function measured<T>(
  dest: Destination,
  write: (dest: Destination) => Promise<T>,
): Promise<Measured<T>> {
  if (typeof dest === 'string') {
    const result = await write(dest);
    const stats = await stat(dest);
    return { result, bytes: stats.isFile() ? stats.size : undefined };
  }
  let bytes = 0;
  const result = await write((chunk) => {
    bytes += chunk.length;
    return dest(chunk);
  });
  return { result, bytes };
}
