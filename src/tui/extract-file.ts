/** Writes a file of an image to a directory of the user: under its own name, never through a link, never over another. */
import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface FileToExtract {
  readonly directory: string;
  /** Bytes as latin1 text. */
  readonly name: string;
  readonly isExecutable: boolean;
  readonly content: AsyncIterable<Uint8Array>;
  /** Replaces a regular file, or a link; what the link leads to stays as it is. */
  readonly overwrite: boolean;
}

/** `exists`: there is something of this name, and it stays as it is. */
export type Extracted = 'written' | 'exists' | 'is-directory';

/** The file appears when it is complete. Owner, time and setuid bits of the image are not kept. */
export async function extractFile(file: FileToExtract): Promise<Extracted> {
  const { directory, name, overwrite, isExecutable } = file;
  const target = bytePath(directory, name);
  const there = await lstat(target).catch(() => undefined);
  if (there?.isDirectory() === true) return 'is-directory';
  if (there !== undefined && !overwrite) return 'exists';
  const temporary = join(directory, `.lamina-${randomBytes(8).toString('hex')}.part`);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY;
  const handle = await open(temporary, flags, isExecutable ? 0o755 : 0o644);
  try {
    try {
      await writeAll(handle, file.content);
    } finally {
      await handle.close();
    }
    if (overwrite) {
      await rename(temporary, target);
      return 'written';
    }
    return await moveNew(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function writeAll(handle: FileHandle, content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of content) {
    for (let done = 0; done < chunk.length; ) {
      done += (await handle.write(chunk, done)).bytesWritten;
    }
  }
}

/** Somebody may have made a file of that name meanwhile: a hard link, unlike a rename, fails then. */
async function moveNew(temporary: string, target: Buffer): Promise<Extracted> {
  try {
    await link(temporary, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EEXIST') throw error;
    await unlink(temporary);
    return 'exists';
  }
  await unlink(temporary);
  return 'written';
}

function bytePath(directory: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);
}
