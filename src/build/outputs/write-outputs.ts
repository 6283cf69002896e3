/** Writes all outputs of a build, at the same time where they do not meet. */
import type { ImageRecords } from '../../export/index.ts';
import type { ImageTimes, Output } from './output.ts';
import type { WriteContext, Written } from './write-context.ts';
import { writeOutput } from './write-output.ts';

/** The images of the result, one for each platform, whose times are as an output wants them. */
export type ImagesFor = (times: ImageTimes) => ImageRecords;

export interface WrittenOutputs {
  /** What is to be reported of the image; undefined: only files were written. */
  readonly image: Written | undefined;
}

const RANKS: readonly Written['rank'][] = ['stored', 'archived', 'pushed'];

/**
 * An output that fails does not keep the others from being completed.
 *
 * @throws what the first output that failed did, when all have ended; the failures of others are warnings
 */
export async function writeOutputs(
  outputs: readonly Output[],
  imagesFor: ImagesFor,
  context: WriteContext,
): Promise<WrittenOutputs> {
  const chains = new Map<string, Promise<unknown>>();
  const settled = await Promise.allSettled(
    outputs.map((output, position) => {
      const place = placeOf(output, position);
      const before = chains.get(place) ?? Promise.resolve();
      const work = before.then(() => write(output, imagesFor, context));
      chains.set(
        place,
        work.catch(() => undefined),
      );
      return work;
    }),
  );
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const [first, ...others] = failures;
  for (const error of others) context.warn(alsoFailed(error));
  if (failures.length > 0) throw first;
  const written = settled.flatMap((one) =>
    one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [],
  );
  const best = Math.max(...written.map(({ rank }) => RANKS.indexOf(rank)));
  return { image: written.findLast(({ rank }) => RANKS.indexOf(rank) === best) };
}

/** Outputs of one place are written one after the other: a layout that several are added to, and the store's names. */
function placeOf(output: Output, position: number): string {
  if (output.kind === 'image' || output.kind === 'load') return 'store';
  return 'dest' in output ? `path ${output.dest}` : `other ${position}`;
}

async function write(
  output: Output,
  imagesFor: ImagesFor,
  context: WriteContext,
): Promise<Written | undefined> {
  if (output.kind === 'nothing') return undefined;
  return writeOutput(output, imagesFor(output.times), context);
}

function alsoFailed(error: unknown) {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'BUILD_OUTPUT_FAILED', message: `another output failed too: ${reason}` };
}
