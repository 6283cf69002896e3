/**
 * A file that appears at its path complete or not at all. If the file system supports it, the file has no name before,
 * and a killed process leaves nothing. Otherwise, and for a moment when it replaces another file, it has a temporary
 * name: if the process is killed, the next writer of the path removes it.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  hasErrorCode,
  type Lock,
  linkUnnamed,
  lockOpenFile,
  openUnnamed,
  tryLock,
} from '../system/index.ts';

const MODE = 0o666;

/** A file being written. Ends with `commit` or `discard`. */
export interface NewFile {
  readonly handle: FileHandle;
  /** Puts it at its path, replacing any other file. */
  commit(): Promise<void>;
  /** Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** @throws errors of `node:fs` */
export async function newFile(path: string): Promise<NewFile> {
  const unnamed = await openUnnamed(dirname(path), MODE);
  return unnamed === undefined ? namedFile(path) : unnamedFile(path, unnamed);
}

function unnamedFile(path: string, handle: FileHandle): NewFile {
  return {
    handle,
    async commit() {
      try {
        linkUnnamed(handle, path);
      } catch (error) {
        if (!hasErrorCode(error, 'EEXIST')) throw error;
        // A link cannot replace a file: the new file gets a temporary name first.
        removeLeftovers(path);
        const temporary = temporaryName(path);
        lockOpenFile(handle.fd, path);
        linkUnnamed(handle, temporary);
        await rename(temporary, path);
      } finally {
        await handle.close();
      }
    },
    discard: () => handle.close(),
  };
}

/** For file systems without unnamed files. */
export async function namedFile(path: string): Promise<NewFile> {
  removeLeftovers(path);
  const temporary = temporaryName(path);
  const handle = await open(temporary, 'wx', MODE);
  const lock = lockOf(temporary);
  const end = async (): Promise<void> => {
    lock?.release();
    await handle.close();
  };
  let isCommitted = false;
  return {
    handle,
    async commit() {
      await rename(temporary, path);
      isCommitted = true;
      await end();
    },
    async discard() {
      if (isCommitted) return;
      await rm(temporary, { force: true });
      await end();
    },
  };
}

function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.part`;
}

/** Removes files that no process has locked: their processes were killed. */
function removeLeftovers(path: string): void {
  const start = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}\.part$/.test(name.slice(start.length))) continue;
    const left = join(dirname(path), name);
    if (lstatSync(left, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const lock = lockOf(left);
    if (lock === undefined) continue;
    rmSync(left, { force: true });
    lock.release();
  }
}

/** Undefined when another process has it, or the file system has no locks. */
function lockOf(path: string): Lock | undefined {
  try {
    return tryLock(path, 'exclusive');
  } catch {
    return undefined;
  }
}
