import { delimiter, dirname, join, resolve } from 'node:path';
import type { Command } from '../measure.ts';
import { type Builder, outputOf } from './builder.ts';

const ROOT = resolve(process.env.PROGRAM_DIRECTORY ?? '.', '..');

/** One installation of lamina, and the Node.js that runs it. */
export interface Installation {
  readonly name: string;
  /** The command and its first arguments. */
  readonly command: readonly [string, ...string[]];
}

/** The one of this directory, started as a command by the Node.js that runs the benchmark. */
export const OWN: Installation = {
  name: 'lamina',
  command: commandOf(
    process.env.BENCH_LAMINA ?? join(ROOT, 'dist/bin/lamina.js'),
    process.execPath,
  ),
};

/** A command that starts the Node.js that it finds, as for its user. */
export function commandOf(program: string, node: string): Installation['command'] {
  return ['env', `PATH=${[dirname(node), process.env.PATH].join(delimiter)}`, program];
}

export function laminaCommand(
  { command: [program, ...first] }: Installation,
  store: string,
  ...args: string[]
): Command {
  // Code that V8 compiled is kept for one version of Node.js.
  const env = { LAMINA_ROOT: store, XDG_CACHE_HOME: join(store, '../cache') };
  return { program, args: [...first, ...args], env };
}

/** @param directory of its store, which is made */
export function laminaBuilder(installation: Installation, directory: string): Builder {
  const [program, ...first] = installation.command;
  const lamina = (...args: string[]): Command =>
    laminaCommand(installation, join(directory, 'store'), ...args);
  return {
    name: installation.name,
    version: /\S+$/.exec(outputOf(program, [...first, '--version']) ?? '')?.[0] ?? 'not built',
    prepare: ({ archive }) => [lamina('load', '-q', '-i', archive)],
    commands(task) {
      if (task.kind === 'start') return [lamina(...task.args)];
      if (task.kind === 'push') {
        return [lamina('build', '-q', '-t', task.reference, '--push', task.directory)];
      }
      const { directory: context, target, load, output } = task;
      const attributes = output && `dest=${output.path},compression=${output.compression}`;
      return [
        ...(load === undefined ? [] : [lamina('load', '-q', '-i', load.archive)]),
        lamina(
          'build',
          '-q',
          ...(target === undefined ? [] : ['--target', target]),
          ...(attributes === undefined ? ['-t', 'bench'] : ['-o', `type=oci,${attributes}`]),
          context,
        ),
      ];
    },
  };
}
