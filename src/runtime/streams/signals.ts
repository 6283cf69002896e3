/** Signals to processes, and from them. */
import { constants } from 'node:os';

/** Added to the number of the signal that ended a process. */
export const SIGNALLED = 128;

/** Does nothing if the process is gone. */
export function sendSignal(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

export function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
