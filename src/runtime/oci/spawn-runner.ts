/** Starts the runner process in its own namespaces. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import type { StdioMode } from './protocol.ts';

/**
 * `setpriv` ties the chain to lamina's life, `--kill-child` ties the runner to the chain, and the end of the first
 * process of a pid namespace ends all others in it.
 */
const CHAIN = [
  ...['--pdeathsig', 'KILL'],
  ...['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'],
  ...['--mount-proc', '--'],
];

/**
 * Errors of the chain are captured and explained; standard error of the runner itself is lamina's own, so that a
 * container's errors go there.
 */
const OWN_ERRORS = ['/bin/sh', '-c', 'exec "$@" 2>&4 4>&-', 'sh'];

/**
 * Candidates for the runner's program: beside the bundled command, for the library, the sources, and a test's bundle.
 */
const CANDIDATES = [
  './runner-main.js',
  '../../../bin/runner-main.js',
  '../../../dist/bin/runner-main.js',
  '../../dist/bin/runner-main.js',
];

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @throws AppError RUNTIME_TOOLS_MISSING */
export async function spawnRunner({
  env,
  stdio,
  isNamespaced,
}: {
  readonly env: Environment;
  readonly stdio: StdioMode;
  /** Without namespaces the runner outlives lamina for a moment, to clean up. */
  readonly isNamespaced: boolean;
}): Promise<{ child: ChildProcess; control: Duplex }> {
  const foreground = stdio === 'foreground';
  const own = foreground ? 'inherit' : 'ignore';
  const path = env.PATH ? `${env.PATH}:${PATH}` : PATH;
  const enter = foreground ? OWN_ERRORS : [];
  const chain = isNamespaced ? ['setpriv', ...CHAIN] : [];
  const [program = '', ...args] = [...chain, ...enter, process.execPath, runnerProgram()];
  const child = spawn(program, args, {
    stdio: [own, own, 'pipe', 'pipe', ...(foreground ? [2] : [])],
    // The runner gets nothing of the user's environment: NODE_OPTIONS, LISTEN_FDS and others would change its
    // behaviour.
    env: { PATH: path },
    // Out of reach of the terminal's Ctrl-C: lamina decides when a container ends.
    detached: true,
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new AppError('RUNTIME_TOOLS_MISSING', "the program 'setpriv' could not be started", {
      hint: 'install util-linux: apt-get install util-linux',
      cause,
    });
  }
  const control = child.stdio[3];
  if (!(control instanceof Duplex)) throw new Error('no control socket');
  return { child, control };
}

function runnerProgram(): string {
  const candidates = CANDIDATES.map((candidate) =>
    fileURLToPath(new URL(candidate, import.meta.url)),
  );
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error('runner-main.js is missing; build lamina first');
  return found;
}
