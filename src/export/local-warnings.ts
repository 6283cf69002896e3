/** Files of an image that a directory cannot or must not have. */
import type { Warning } from '../errors.ts';
import { type BytePath, type FileEntry, toText } from '../files/index.ts';

/** Paths that are listed. */
const LISTED = 5;

/** For sockets, and devices that only root can make. */
export function skipped({ path, type }: FileEntry): Warning {
  const isSocket = type === 'socket';
  return {
    code: 'EXPORT_FILE_SKIPPED',
    message: `/${toText(path)} is skipped: it is a ${isSocket ? 'socket' : 'device'}`,
    hint: isSocket ? undefined : 'only root can create devices; or use `-o type=tar`',
  };
}

/** For files and directories written without their setuid or setgid bits: one warning for all of them. */
export function lostRights(paths: readonly BytePath[]): Warning[] {
  if (paths.length === 0) return [];
  const listed = paths.slice(0, LISTED).map((path) => `/${toText(path)}`);
  const more = paths.length > LISTED ? ` and ${paths.length - LISTED} more` : '';
  return [
    {
      code: 'EXPORT_RIGHTS_DROPPED',
      message: `these files lose their setuid and setgid bits: ${listed.join(', ')}${more}`,
      hint: 'you own the exported files, so these bits would let others run them as you; `-o type=tar` keeps owners and bits',
    },
  ];
}
