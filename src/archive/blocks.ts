/** Input of the compressors: blocks of a fixed size, so that the output does not depend on the input's chunks. */

/**
 * Splits a stream into blocks of one size; only the last may be shorter.
 *
 * @param count of buffers, used in turn: a block is valid until this many more are requested
 */
export async function* blocks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  blockSize: number,
  count: number,
): AsyncGenerator<Buffer, void, undefined> {
  const buffers: Buffer[] = [];
  let made = 0;
  const next = (): Buffer => {
    const buffer = buffers[made++ % count];
    if (buffer !== undefined) return buffer;
    const fresh = Buffer.allocUnsafeSlow(blockSize);
    buffers.push(fresh);
    return fresh;
  };
  let block = next();
  let size = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; ) {
      const part = chunk.subarray(start, start + blockSize - size);
      block.set(part, size);
      size += part.length;
      start += part.length;
      if (size < blockSize) continue;
      yield block;
      block = next();
      size = 0;
    }
  }
  if (size > 0) yield block.subarray(0, size);
}
