/**
 * The goal of the project: a fully cached rebuild of `examples/hello-go`, including the start of the process, takes at
 * most three starts of a bare Node.
 */
import { join, resolve } from 'node:path';
import { LAMINA } from './builders.ts';
import { type Command, median, run } from './measure.ts';

export const NODE_STARTS = 'hello-go';

export interface NodeStartFigures {
  readonly pairs: number;
  readonly nodeSeconds: number;
  readonly laminaSeconds: number;
  /** The median of the ratios. */
  readonly ratio: number;
  readonly limit: number;
}

const LIMIT = 3;
const CONTEXT = resolve(process.env.PROGRAM_DIRECTORY ?? '.', '../examples/hello-go');

/**
 * @param directory of a new store, which is filled first; `BENCH_STORE` can name one in which the example is already
 *   built
 */
export async function measureNodeStarts(
  directory: string,
  pairs: number,
): Promise<NodeStartFigures> {
  const store = process.env.BENCH_STORE ?? join(directory, 'hello-go');
  const lamina = (...args: string[]): Command => ({
    program: process.execPath,
    args: [LAMINA, ...args],
    env: { LAMINA_ROOT: store },
  });
  const build = lamina('build', '-q', CONTEXT);
  if (process.env.BENCH_STORE === undefined) await run(lamina('base', 'debian:bookworm-slim'));
  await run(build);
  const node = { program: process.execPath, args: ['-e', '0'] };
  const bare: number[] = [];
  const cached: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    bare.push((await run(node)).seconds);
    cached.push((await run(build)).seconds);
  }
  const ratios = cached.map((seconds, at) => seconds / (bare[at] ?? Number.NaN));
  return {
    pairs,
    nodeSeconds: median(bare),
    laminaSeconds: median(cached),
    ratio: median(ratios),
    limit: LIMIT,
  };
}
