/** Connections through a command whose standard streams are the connection. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Environment } from '../../environment.ts';
import type { DaemonAddress } from './address.ts';

/** Bytes kept of what the command says. */
const LIMIT = 4 << 10;

type ByCommand = Extract<DaemonAddress, { readonly kind: 'ssh' | 'container' | 'pod' }>;

/** The command that connects; names in an address were checked when it was parsed. */
export function commandOf(address: ByCommand): readonly [string, ...string[]] {
  switch (address.kind) {
    case 'ssh': {
      const { host, port, socket } = address;
      const to = port === undefined ? [] : ['-p', port];
      const at = socket === undefined ? [] : ['--addr', `unix://${socket}`];
      return ['ssh', '-o', 'ConnectTimeout=30', '-T', ...to, '--', host, 'buildctl', ...at, DIAL];
    }
    case 'container': {
      const { name, context } = address;
      const there = context === undefined ? [] : ['--context', context];
      return ['docker', ...there, 'exec', '-i', name, 'buildctl', DIAL];
    }
    case 'pod': {
      const { name, namespace, context, container } = address;
      const flags = [
        ...(context === undefined ? [] : ['--context', context]),
        ...(namespace === undefined ? [] : ['-n', namespace]),
      ];
      const which = container === undefined ? [] : ['-c', container];
      return ['kubectl', ...flags, 'exec', '-i', name, ...which, '--', 'buildctl', DIAL];
    }
  }
}

const DIAL = 'dial-stdio';

/** @returns a connection that fails with what the command said, if it ends by itself with a failure */
export function connectByCommand(
  [command, ...args]: readonly [string, ...string[]],
  env: Environment,
): Duplex {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < LIMIT) said += text;
  });
  const connection = new Duplex({
    read: () => void child.stdout.resume(),
    // The command's end explains a pipe that it closed.
    write: (chunk, _encoding, done) => child.stdin.write(chunk, (error) => !error && done()),
    final: (done) => child.stdin.end(() => done()),
    destroy: (error, done) => {
      end(child);
      done(error);
    },
  });
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => {
    if (!connection.push(chunk)) child.stdout.pause();
  });
  child.on('error', (error) => connection.destroy(startFailure(command, error)));
  child.on('close', (code) => {
    if (code === 0) connection.push(null);
    else connection.destroy(endFailure(command, code, said));
  });
  return connection;
}

function end(child: ChildProcessWithoutNullStreams): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
}

function startFailure(command: string, error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT' ? new Error(`${command} is not installed`) : error;
}

function endFailure(command: string, code: number | null, said: string): Error {
  const text = said.trim().split('\n').at(-1) ?? '';
  return new Error(text === '' ? `${command} ended with exit status ${code}` : text);
}
