import { constants, openSync } from 'node:fs';
import { fsPath } from './fs-path.ts';

/** A host file to read. */
export interface ContentFile {
  /** Latin1 bytes. */
  readonly hostPath: string;
  /** Opens the file if its path may have been replaced; returns a descriptor, which the caller closes. */
  readonly open?: (() => number) | undefined;
}

/** Flags for reading content: a symlink is an error (ELOOP), and a FIFO does not wait for its writer. */
export const CONTENT_FLAGS =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading.
 * @returns a descriptor, which the caller must close
 * @throws errors of `node:fs`
 */
export function openContent({ hostPath, open }: ContentFile): number {
  return open === undefined ? openSync(fsPath(hostPath), CONTENT_FLAGS) : open();
}
