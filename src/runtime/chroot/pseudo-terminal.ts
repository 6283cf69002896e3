/** A terminal of the machine for a process that has no terminals of its own. */
import { closeSync, fchownSync } from 'node:fs';
import { openPseudoTerminal } from '../../system/index.ts';
import type { ProcessSpec } from '../process/index.ts';
import { type OwnTerminal, ownTerminalSize, RelayedTerminal } from '../streams/index.ts';

/**
 * @param run starts the process on the terminal with this descriptor and waits for its end
 * @returns the result of `run`, when all output is passed on
 */
export async function runOnPseudoTerminal<T>(
  { user }: Pick<ProcessSpec, 'user'>,
  own: OwnTerminal,
  {
    run,
    isRoot,
    onOpen,
  }: {
    readonly run: (fd: number) => Promise<T>;
    /** Whether the terminal may be given to the user of the process. */
    readonly isRoot: boolean;
    readonly onOpen: (terminal: RelayedTerminal) => void;
  },
): Promise<T> {
  const { masterFd, slaveFd } = openPseudoTerminal();
  const terminal = new RelayedTerminal(masterFd, ownTerminalSize(), own);
  onOpen(terminal);
  let hasRun = false;
  try {
    if (isRoot) fchownSync(slaveFd, user.uid, user.gid);
    const ended = run(slaveFd);
    hasRun = true;
    return await ended;
  } finally {
    closeSync(slaveFd);
    await terminal.close(hasRun);
  }
}
