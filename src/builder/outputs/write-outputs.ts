/** Writes all outputs of a build, in parallel unless they have the same target. */
import type { Warning } from '../../errors.ts';
import type { ImageRecords } from '../../image/index.ts';
import type { ImageTimes, Output } from './output.ts';
import type { OutputResult, WriteContext } from './write-context.ts';
import { writeOutput } from './write-output.ts';

/** The images of the result, one for each platform, with the times that an output needs. */
export type ImagesFor = (times: ImageTimes) => ImageRecords;

const RANKS = ['stored', 'archived', 'pushed'] as const;

/**
 * A failed output does not keep the others from completing.
 *
 * @returns all outputs, and the digests to report for the image
 * @throws the error of the first output that failed, when all have ended; other failures become warnings
 */
export async function writeOutputs(
  outputs: readonly Output[],
  imagesFor: ImagesFor,
  context: WriteContext,
): Promise<OutputResult> {
  const chains = new Map<string, Promise<unknown>>();
  const settled = await Promise.allSettled(
    outputs.map((output, position) => {
      const target = targetOf(output, position);
      const before = chains.get(target) ?? Promise.resolve();
      const work = before.then(() => write(output, imagesFor, context));
      chains.set(
        target,
        work.catch(() => undefined),
      );
      return work;
    }),
  );
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const [first, ...others] = failures;
  for (const error of others) context.warn(alsoFailed(error));
  if (failures.length > 0) throw first;
  const results = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const written = results.flatMap(({ image }) => image ?? []);
  const best = Math.max(...written.map(({ rank }) => RANKS.indexOf(rank)));
  return {
    image: written.findLast(({ rank }) => RANKS.indexOf(rank) === best),
    outputs: results.flatMap(({ outputs: ones }) => ones),
  };
}

/** Outputs with the same target are written one after the other: a layout that gets several, and the store's names. */
function targetOf(output: Output, position: number): string {
  if (output.kind === 'image' || output.kind === 'load') return 'store';
  return 'dest' in output ? `path ${output.dest}` : `other ${position}`;
}

async function write(
  output: Output,
  imagesFor: ImagesFor,
  context: WriteContext,
): Promise<OutputResult> {
  if (output.kind === 'nothing') return { image: undefined, outputs: [] };
  return writeOutput(output, imagesFor(output.times), context);
}

function alsoFailed(error: unknown): Warning {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'BUILD_OUTPUT_FAILED', message: `another output also failed: ${reason}` };
}
