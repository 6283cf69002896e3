import { accessSync, constants, readFileSync } from 'node:fs';

/** For files of the kernel. @returns undefined if the file cannot be read */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether this process may write the file, or make files in the directory. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
