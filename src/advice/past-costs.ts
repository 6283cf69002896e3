/** What the steps of a Dockerfile took in its last build, from the records and layers of the store. */
import { realpathSync } from 'node:fs';
import type { Instruction } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import type { BytePath } from '../files/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { MergedTree } from '../layers/index.ts';
import type { Savings } from '../lint/index.ts';
import { lastTimes, type RecordedStep, recordsIn } from '../records/index.ts';
import { type LayerId, type Store, useStore, versionOf } from '../store/index.ts';
import type { Costs } from './surroundings.ts';

/**
 * Runs work with the store if there is one. None is made, and one that cannot be read counts as none: the findings are the
 * same without it.
 */
export async function withStoreIfThere<T>(
  context: LaminaContext,
  work: (store: Store | undefined) => Promise<T>,
): Promise<T> {
  let started = false;
  try {
    const { root } = context;
    if (versionOf(root) === undefined) return await work(undefined);
    return await useStore({ root }, (store) => {
      started = true;
      return work(store);
    });
  } catch (error) {
    if (started || !(error instanceof AppError)) throw error;
    return work(undefined);
  }
}

/** @returns undefined if no build of the file is on record */
export function pastCosts(store: Store, path: string): Costs | undefined {
  let record: ReturnType<typeof lastRecord>;
  try {
    record = lastRecord(store, realpathSync(path));
  } catch {
    return undefined;
  }
  if (record === undefined) return undefined;
  const times = lastTimes(store, record);
  const find = ({ text }: Instruction) => {
    return record.steps.findIndex((step) => step.instruction === text && step.status !== 'skipped');
  };
  return {
    bytesOf(instruction) {
      return measured({ bytes: record.steps[find(instruction)]?.bytes });
    },
    bytesUnder(instruction, paths) {
      const step = record.steps[find(instruction)];
      const bytes = step && bytesIn(store, step, paths);
      return bytes === undefined ? undefined : { bytes, measured: true };
    },
    secondsOf(instruction) {
      const milliseconds = times[find(instruction)];
      return measured({ seconds: milliseconds == null ? undefined : milliseconds / 1000 });
    },
  };
}

function lastRecord(store: Store, dockerfile: string) {
  for (const record of recordsIn(store, { mentions: JSON.stringify(dockerfile) })) {
    if (record.dockerfile === dockerfile) return record;
  }
  return undefined;
}

function measured({ bytes, seconds }: Omit<Savings, 'measured'>): Savings | undefined {
  if (bytes === undefined && seconds === undefined) return undefined;
  return {
    ...(bytes !== undefined && { bytes }),
    ...(seconds !== undefined && { seconds }),
    measured: true,
  };
}

/** Of files in these directories of the step's layer; undefined if the layer is not here. */
function bytesIn(
  store: Store,
  { layer }: RecordedStep,
  paths: readonly BytePath[],
): number | undefined {
  if (layer === null) return undefined;
  const meta = store.layers.get(layer as LayerId);
  if (meta === undefined || meta.lazy !== undefined) return undefined;
  const tree = MergedTree.of(store, [layer as LayerId]);
  return paths.reduce((sum, path) => sum + bytesBelow(tree, path), 0);
}

function bytesBelow(tree: MergedTree, directory: BytePath): number {
  return tree.list(directory).reduce((sum, entry) => {
    if (entry.type === 'directory') return sum + bytesBelow(tree, entry.path);
    return sum + (entry.type === 'file' ? entry.size : 0);
  }, 0);
}
