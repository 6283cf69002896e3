/**
 * The executable: gives the process's arguments, streams and signals to the program, and ends the process with
 * its status.
 */
import { constants } from 'node:os';
import { exitStatus } from './exit-status.ts';
import { processIo } from './io.ts';
import { runProgram } from './program.ts';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const controller = new AbortController();
let stoppedBy: StopSignal | undefined;
let passedOn = 0;

/** So many signals, and a container that takes no notice of them is not waited for. */
const PATIENCE = 3;

/**
 * The first signal asks the work to stop and clean up; the second does not wait for that. While a container runs in
 * the foreground there is another listener, and signals are for the container's process.
 */
function stop(signal: StopSignal): void {
  const status = 128 + constants.signals[signal];
  if (process.listenerCount(signal) > 1) {
    stoppedBy = signal;
    if (++passedOn >= PATIENCE) process.exit(status);
    return;
  }
  if (stoppedBy !== undefined) process.exit(status);
  stoppedBy = signal;
  controller.abort();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

// Stays when nothing is left to wait for though the command has not ended: that is no success.
process.exitCode = exitStatus.internal;
runProgram({
  argv: process.argv.slice(2),
  io: processIo(),
  env: process.env,
  signal: controller.signal,
  api: () => import('../index.ts'),
}).then(leave, (error: unknown) => {
  console.error(error);
  process.exit(exitStatus.internal);
});

function leave(status: number): void {
  const cancelled = stoppedBy !== undefined && status === exitStatus.interrupted;
  process.exit(cancelled ? 128 + constants.signals[stoppedBy ?? 'SIGINT'] : status);
}
