/** `run -t` if standard output is not a terminal: the container gets one anyway, and its output is passed on. */
import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { openPseudoTerminal } from '../../system/index.ts';
import { ownTerminalSize, passOn, USUAL_SIZE } from '../streams/index.ts';

/**
 * @param run starts a process on the terminal with this descriptor and waits for it
 * @returns the result of `run`, when all output is passed on
 */
export async function runOnMadeTerminal<T>(run: (slaveFd: number) => Promise<T>): Promise<T> {
  const { masterFd, slaveFd } = openPseudoTerminal();
  const { height, width } = ownTerminalSize() ?? USUAL_SIZE;
  const size = ['rows', String(height), 'cols', String(width)];
  spawnSync('stty', size, { stdio: [slaveFd, 'ignore', 'ignore'] });
  const output = new ReadStream(masterFd);
  const taken = passOn(output, 1);
  try {
    const ended = run(slaveFd);
    closeSync(slaveFd);
    return await ended;
  } finally {
    await taken;
    output.destroy();
  }
}
