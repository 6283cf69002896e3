/** Real BuildKit daemons, each with a root and a socket of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface TestDaemon extends AsyncDisposable {
  readonly address: string;
  kill(signal: NodeJS.Signals): void;
}

export interface DaemonOptions {
  /** Path of `buildkitd`. */
  readonly program: string;
  /** Empty; its own. */
  readonly directory: string;
  /** Steps that run at once. */
  readonly parallelism: number;
}

/** Starts `buildkitd` with its OCI worker, and waits for its socket. */
export async function startDaemon(options: DaemonOptions): Promise<TestDaemon> {
  const { program, directory, parallelism } = options;
  mkdirSync(directory, { recursive: true });
  const socket = join(directory, 'socket');
  const config = join(directory, 'buildkitd.toml');
  writeFileSync(
    config,
    [
      `root = "${join(directory, 'root')}"`,
      'insecure-entitlements = ["network.host", "security.insecure"]',
      `[grpc]\naddress = ["unix://${socket}"]`,
      // Daemons of one machine must not share it.
      `[otel]\nsocketPath = "${join(directory, 'traces')}"`,
      `[worker.oci]\nenabled = true\nmax-parallelism = ${parallelism}`,
      '[worker.containerd]\nenabled = false',
    ].join('\n'),
  );
  const log = join(directory, 'log');
  const output = openSync(log, 'w');
  const child = spawn(program, ['--config', config, '--oci-worker-net=host'], {
    stdio: ['ignore', output, output],
  });
  const exited = new Promise((resolve) => child.once('close', resolve));
  for (let tries = 0; tries < 150 && child.exitCode === null; tries++) {
    if (existsSync(socket)) return running(child, exited, directory);
    await delay(200);
  }
  child.kill('SIGKILL');
  throw new Error(`buildkitd does not start:\n${readFileSync(log, 'utf8')}`);
}

function running(child: ChildProcess, exited: Promise<unknown>, directory: string): TestDaemon {
  return {
    address: `unix://${join(directory, 'socket')}`,
    kill: (signal) => child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
      // What a killed daemon left mounted.
      for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n').reverse()) {
        const [, mounted = ''] = line.split(' ');
        if (mounted.startsWith(`${directory}/`)) spawnSync('umount', ['-l', mounted]);
      }
    },
  };
}
