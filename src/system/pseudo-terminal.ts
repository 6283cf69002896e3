/** Pseudo-terminals, for processes that need a terminal. */
import { closeSync, constants, openSync } from 'node:fs';
import { callNative, nativeFunction } from './libc.ts';

export interface PseudoTerminal {
  /** The master: reads the terminal's output and writes its input. */
  readonly masterFd: number;
  /** The terminal itself. */
  readonly slaveFd: number;
}

const NAME_BYTES = 128;

/**
 * Opens a pseudo-terminal. The caller must close both ends. @throws errors of `node:fs`; SystemError; AppError
 * SYSTEM_UNSUPPORTED
 */
export function openPseudoTerminal(): PseudoTerminal {
  const flags = constants.O_RDWR | constants.O_NOCTTY;
  const masterFd = openSync('/dev/ptmx', flags);
  try {
    unlockTerminal(masterFd);
    return { masterFd, slaveFd: openSync(slaveName(masterFd), flags) };
  } catch (error) {
    closeSync(masterFd);
    throw error;
  }
}

/** Lets the terminal of a master be opened. @throws SystemError; AppError SYSTEM_UNSUPPORTED */
export function unlockTerminal(masterFd: number): void {
  callNative(nativeFunction('int unlockpt(int)'), 'unlockpt', undefined, masterFd);
}

function slaveName(masterFd: number): string {
  const buffer = Buffer.alloc(NAME_BYTES);
  const ptsname = nativeFunction('int ptsname_r(int, void *, unsigned long)');
  callNative(ptsname, 'ptsname', undefined, masterFd, buffer, buffer.length);
  return buffer.toString('utf8', 0, buffer.indexOf(0));
}
