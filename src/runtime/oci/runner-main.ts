/**
 * The runner: a small process in a mount and a pid namespace of its own, started by `OciRuntime`. It mounts, starts
 * containers, and passes on their output. It ends when the other end of its socket closes, and the kernel then ends
 * everything in its namespaces.
 */
import { Socket } from 'node:net';
import { AppError } from '../../errors.ts';
import { ChrootRunner } from '../chroot/index.ts';
import type { ProcessResult } from '../process/spec.ts';
import type { RunnerSettings } from './protocol.ts';
import { type Command, FrameReader, frameHeader, messageFrame, type Report } from './protocol.ts';
import { type OutputSink, type RunCommand, Runner, streamsOf } from './runner.ts';

const CONTROL_FD = 3;
/** How long a runner has to end when it is no longer needed; what it leaves ends with its namespaces. Milliseconds. */
const LAST_MOMENTS = 1000;

// Modes of created files must be exact.
process.umask(0o022);
const control = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
let runner: AnyRunner | undefined;

const reader = new FrameReader(({ payload }) => {
  const command: Command = JSON.parse(payload.toString());
  try {
    obey(command);
  } catch (error) {
    tellFailure(command.kind === 'start' ? 0 : command.id, error);
  }
});

control.on('data', (chunk) => reader.push(chunk));
control.on('error', () => control.destroy());
control.once('close', () => void leave());
// The first process of a pid namespace gets terminal signals meant for lamina; lamina decides about them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

interface AnyRunner {
  readonly isNamespaced: boolean;
  run(command: RunCommand, sink: OutputSink): Promise<ProcessResult>;
  kill(id: number): void;
  signal(id: number, signal: NodeJS.Signals): void;
  close(): Promise<void>;
}

function openRunner(settings: RunnerSettings): AnyRunner {
  const { launcher, stateDirectory } = settings;
  if (launcher.kind !== 'chroot' && launcher.kind !== 'proot') return new Runner(settings);
  const proot = launcher.kind === 'proot' ? launcher.path : undefined;
  const chroot = new ChrootRunner(stateDirectory, proot);
  return {
    isNamespaced: false,
    run: (command, sink) => chroot.run(command.id, command.spec, streamsOf(command, sink)),
    kill: (id) => chroot.kill(id),
    signal: (id, signal) => chroot.signal(id, signal),
    close: () => chroot.close(),
  };
}

function obey(command: Command): void {
  switch (command.kind) {
    case 'start':
      runner = openRunner(command.settings);
      tell({ kind: 'ready' });
      break;
    case 'run':
      runner
        ?.run(command, sendOutput)
        .then((result) => tell({ kind: 'exited', id: command.id, result }))
        .catch((error: unknown) => tellFailure(command.id, error));
      break;
    case 'kill':
      runner?.kill(command.id);
      break;
    case 'signal':
      runner?.signal(command.id, command.signal);
      break;
  }
}

/** @returns a promise to await before the next piece when the socket is full */
function sendOutput(
  kind: 'stdout' | 'stderr',
  id: number,
  chunk: Buffer,
): Promise<void> | undefined {
  if (control.destroyed) return undefined;
  control.write(frameHeader(kind, id, chunk.length));
  if (control.write(chunk)) return undefined;
  return drained();
}

let waiting: Promise<void> | undefined;

/** Resolves when the socket takes more, or never will. */
function drained(): Promise<void> {
  waiting ??= new Promise((resolve) => {
    const done = () => {
      waiting = undefined;
      control.off('drain', done).off('close', done);
      resolve();
    };
    control.on('drain', done).on('close', done);
  });
  return waiting;
}

function tell(report: Report): void {
  if (!control.destroyed) control.write(messageFrame(report));
}

function tellFailure(id: number, error: unknown): void {
  const known = error instanceof AppError;
  const code = known ? error.code : 'RUNTIME_START_FAILED';
  const message = known ? error.message : `the container could not be started: ${reason(error)}`;
  tell({ kind: 'failed', id, error: { code, message, hint: known ? error.hint : undefined } });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function leave(): Promise<void> {
  if (runner?.isNamespaced === true) setTimeout(() => process.exit(1), LAST_MOMENTS);
  try {
    await runner?.close();
  } finally {
    process.exit(0);
  }
}
