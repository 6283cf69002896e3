/**
 * The executable: gives the process's arguments, streams and signals to the program, and ends the process with
 * its status.
 */
import { constants } from 'node:os';
import { exitStatus } from './exit-status.ts';
import { processIo } from './io.ts';
import { runProgram } from './program.ts';
import { namespaceEntry } from './user-namespace.ts';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const controller = new AbortController();
let stoppedBy: StopSignal | undefined;

/**
 * The first signal stops the work and cleans up; the second does not wait for the cleanup. While a container runs in
 * the foreground, another listener forwards signals to the container's process.
 */
function stop(signal: StopSignal): void {
  const isFirst = stoppedBy === undefined;
  stoppedBy = signal;
  if (process.listenerCount(signal) > 1) return;
  if (!isFirst) process.exit(128 + constants.signals[signal]);
  controller.abort();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

process.on('unhandledRejection', (reason) => {
  console.error(reason);
  process.exit(exitStatus.internal);
});

// The status if the event loop is empty before the command has ended: not a success.
process.exitCode = exitStatus.internal;
const io = processIo(controller.signal);
runProgram({
  argv: process.argv.slice(2),
  io,
  env: process.env,
  signal: controller.signal,
  api: async () => (await import('../lamina.ts')).createLamina({ env: process.env }),
  enterNamespace: namespaceEntry(process.argv, process.env, io),
}).then(leave, (error: unknown) => {
  console.error(error);
  process.exit(exitStatus.internal);
});

function leave(status: number): void {
  const cancelled = stoppedBy !== undefined && status === exitStatus.interrupted;
  process.exit(cancelled ? 128 + constants.signals[stoppedBy ?? 'SIGINT'] : status);
}
