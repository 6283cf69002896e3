/** Input of the compressors: blocks of a fixed size, so that the output does not depend on the input's chunks. */

/** Splits a stream into blocks of one size; only the last may be shorter. The caller owns the blocks. */
export async function* blocks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  blockSize: number,
): AsyncGenerator<Buffer, void, undefined> {
  let block = Buffer.allocUnsafe(blockSize);
  let size = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; ) {
      const part = chunk.subarray(start, start + blockSize - size);
      block.set(part, size);
      size += part.length;
      start += part.length;
      if (size < blockSize) continue;
      yield block;
      block = Buffer.allocUnsafe(blockSize);
      size = 0;
    }
  }
  if (size > 0) yield block.subarray(0, size);
}
