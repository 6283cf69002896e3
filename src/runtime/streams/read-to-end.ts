import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';

/**
 * Everything that a child writes to one of its descriptors, until all who have it have closed it.
 * @throws what `spawn` reports when the program cannot be started
 */
export async function readToEnd(child: ChildProcess, fd: number): Promise<Buffer> {
  const stream = child.stdio[fd];
  if (!(stream instanceof Readable)) throw new Error(`descriptor ${fd} of a child is no stream`);
  const chunks: Buffer[] = [];
  // A program that cannot be spawned has no stream that ends.
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const read = (async () => {
    for await (const chunk of stream) chunks.push(chunk);
  })();
  await Promise.race([read, failed]);
  return Buffer.concat(chunks);
}
