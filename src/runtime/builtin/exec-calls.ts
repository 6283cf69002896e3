/** The calls that start the program of a process. */
import type { OciSpec } from '../process/index.ts';
import type { Call } from './syscall-program.ts';
import { cString } from './values.ts';

/** Labels of the calls that start the program, and of the one after them. */
export const EXEC = 'exec';
export const NOT_STARTED = 'not started';

/** As execvp(3): a program without a slash is looked for in PATH; every failure is reported. */
export function execCalls({ args, env }: OciSpec['process']): Call[] {
  const [program = ''] = args;
  const argv = { words: [...args.map(cString), 0] };
  const envp = { words: [...env.map(cString), 0] };
  const path = env.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  const candidates = program.includes('/')
    ? [program]
    : path.split(':').map((directory) => `${directory || '.'}/${program}`);
  return candidates.map((candidate) => ({
    name: 'execve',
    args: [cString(candidate), argv, envp],
    label: EXEC,
    onError: 'report',
  }));
}
