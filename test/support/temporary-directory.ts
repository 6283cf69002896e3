/** Directories that are removed after the tests of a file; see `remove-temporary-directories.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** Creates an empty directory, in which nothing may be mounted when the tests end. */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `lamina-${name}-`));
  made.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}
