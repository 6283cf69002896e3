/** The records of a store. */
import { AppError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { decodeRecord, isNoRecord } from './decode.ts';
import type { BuildRecord } from './types.ts';

/** What reading records needs of a store. */
export type RecordSource = Pick<Store, 'builds'>;

/** Called for each record that cannot be read: BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED. */
export type OnUnreadable = (error: AppError) => void;

export interface RecordSearch {
  /** A text that the wanted records have in them. */
  readonly mentions?: string;
  readonly onUnreadable?: OnUnreadable | undefined;
}

/** Newest first; those that cannot be read are left out. */
export function* recordsIn(source: RecordSource, search: RecordSearch = {}): Iterable<BuildRecord> {
  for (const id of source.builds.ids().toReversed()) {
    const record = readIfSound(source, id, search);
    if (record !== undefined) yield record;
  }
}

/**
 * @throws AppError BUILD_RECORD_NOT_FOUND, BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED
 */
export function readRecord({ builds }: RecordSource, id: string): BuildRecord {
  const text = builds.read(id);
  if (text === undefined) throw recordNotFound(`there is no record of build ${id}`);
  return decodeRecord(id, text);
}

/** The newest build that made an image; `undefined` where none is on record. */
export function recordOfImage(
  source: RecordSource,
  imageId: string,
  onUnreadable?: OnUnreadable,
): BuildRecord | undefined {
  for (const record of recordsIn(source, { mentions: imageId, onUnreadable })) {
    if (record.images.some(({ id }) => id === imageId)) return record;
  }
  return undefined;
}

/**
 * Milliseconds that each step of a build took when it was last carried out, in this build or an earlier one on record; null
 * where no record tells.
 */
export function lastTimes(
  source: RecordSource,
  { steps }: BuildRecord,
): readonly (number | null)[] {
  const times = steps.map(({ status, milliseconds }) => (status === 'ran' ? milliseconds : null));
  const wanted = new Map<string, number[]>();
  steps.forEach(({ key, kind, status }, index) => {
    if (status !== 'cached' || key === null || kind === 'image') return;
    wanted.set(key, [...(wanted.get(key) ?? []), index]);
  });
  if (wanted.size === 0) return times;
  for (const record of recordsIn(source)) {
    for (const { key, status, failed, milliseconds } of record.steps) {
      if (key === null || status !== 'ran' || failed === true) continue;
      for (const index of wanted.get(key) ?? []) times[index] = milliseconds;
      wanted.delete(key);
    }
    if (wanted.size === 0) break;
  }
  return times;
}

/** The step that made a layer, by the diffID; `undefined` for a layer of a base image. */
export function stepOfLayer({ images, steps }: BuildRecord, diffId: string) {
  for (const { layers } of images) {
    const index = layers.find((layer) => layer.diffId === diffId)?.step;
    if (index !== undefined && index !== null) return steps[index];
  }
  return undefined;
}

export function recordNotFound(message: string): AppError {
  return new AppError('BUILD_RECORD_NOT_FOUND', message, {
    hint: 'list the builds that are on record with `lamina builds ls`',
  });
}

function readIfSound(
  { builds }: RecordSource,
  id: string,
  { mentions = '', onUnreadable }: RecordSearch,
): BuildRecord | undefined {
  const text = builds.read(id);
  if (text === undefined || !(text.includes(mentions) || isNoRecord(id, text))) return undefined;
  try {
    return decodeRecord(id, text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    onUnreadable?.(error);
    return undefined;
  }
}
