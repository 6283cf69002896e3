import { constants, openSync } from 'node:fs';
import { fsPath } from './fs-path.ts';

/** A host file whose bytes somebody wants. */
export interface ContentFile {
  /** Latin1 bytes. */
  readonly hostPath: string;
  /** Opens the file where others may have put something else at its path; gives a descriptor, the caller's. */
  readonly open?: (() => number) | undefined;
}

/** For reading contents: a symbolic link is an error (ELOOP), and a FIFO does not wait for its writer. */
export const CONTENT_FLAGS =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading.
 * @returns a descriptor, to be closed by the caller
 * @throws errors of `node:fs`
 */
export function openContent({ hostPath, open }: ContentFile): number {
  return open === undefined ? openSync(fsPath(hostPath), CONTENT_FLAGS) : open();
}
