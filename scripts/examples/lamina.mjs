// Runs the built command, as root.
import { spawn } from 'node:child_process';
import { find, lamina, root } from '../host.mjs';

const KEPT = 'LAMINA_ROOT,LAMINA_CA_CERTIFICATES,PATH,EXAMPLE_TOKEN';

/**
 * Runs lamina, and shows its output only if it fails.
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, input?: string }} [options]
 */
export async function succeed(args, { env, input = '' } = {}) {
  const started = performance.now();
  const child = start(args, env);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (output[name] += data));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await new Promise((done) => child.on('close', done));
  const milliseconds = performance.now() - started;
  if (status !== 0) {
    throw new Error(
      `lamina ${args.join(' ')} exited with ${status}:\n${output.stderr}${output.stdout}`,
    );
  }
  return { ...output, milliseconds };
}

/** @param {readonly string[]} args */
export function start(args, env = {}) {
  const command = [lamina, ...args];
  if (process.getuid?.() !== 0) command.unshift(find('sudo') ?? 'sudo', `--preserve-env=${KEPT}`);
  const [program, ...rest] = command;
  return spawn(program, rest, { cwd: root, env: { ...process.env, ...env } });
}

/** @returns the output of `lamina inspect` for one image */
export async function inspect(image, env) {
  return JSON.parse((await succeed(['inspect', image], { env })).stdout)[0];
}
