/** `docker history`: the steps of an image, newest first. */

import { readConfig, shortName } from '../image/index.ts';
import { unpackedSize } from '../layers/index.ts';
import type { Digest, ImageConfig } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { historyOfLayers } from './image-history.ts';

/** A step that made an image. */
export interface HistoryRow {
  /** The image's id in the first row, else undefined. */
  readonly id: Digest | undefined;
  /** Short names of the image in the first row. */
  readonly references: readonly string[];
  /** As in the config, RFC 3339. */
  readonly created: string | undefined;
  readonly createdBy: string;
  /** Bytes of file content of the row's layer; 0 if it has none. Undefined: the layer is lazy, or cannot be read. */
  readonly size: number | undefined;
  readonly comment: string;
  /** What is known of the row's layer; undefined if it has none, or if its details were not asked for. */
  readonly layer?: HistoryLayer | undefined;
}

/** Details of the layer that a step made. */
export interface HistoryLayer {
  /** From 0 at the bottom. */
  readonly index: number;
  readonly diffId: string;
  /** Null where the build is not known. */
  readonly stage: string | null;
  /** Line of the Dockerfile; null where the build is not known. */
  readonly line: number | null;
  /** Bytes of its compressed form; null where it has none. */
  readonly compressed: number | null;
  /** Bytes it ships that are not visible in the end; null if the layer cannot be read. */
  readonly reclaimable: number | null;
  /** How long the step took when it last ran; null where no build on record ran it. */
  readonly milliseconds: number | null;
  /** Why the layer cannot be read. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** What a row has beside its history entry. */
export type RowOfLayer = Pick<HistoryRow, 'size' | 'layer'>;

/** Layers that the history does not mention get a row too. */
export async function imageHistory(
  store: Store,
  record: ImageRecord,
): Promise<readonly HistoryRow[]> {
  const config = await readConfig(store, record);
  return historyRows(config, {
    id: record.id,
    references: store.images.references(record.id).map(shortName),
    layers: record.layers.map((layer) => ({ size: unpackedSize(store, layer) })),
  });
}

interface ImageToList {
  readonly id: Digest;
  readonly references: readonly string[];
  /** Bottom first. */
  readonly layers: readonly RowOfLayer[];
}

export function historyRows(
  config: ImageConfig,
  { id, references, layers }: ImageToList,
): readonly HistoryRow[] {
  let position = 0;
  const rows = historyOfLayers(config, layers.length).map((entry): HistoryRow => {
    const layer = entry.empty_layer === true ? undefined : layers[position++];
    return {
      id: undefined,
      references: [],
      created: entry.created,
      // Some tools write what `docker history` prints.
      createdBy: entry.created_by === '<missing>' ? '' : (entry.created_by ?? ''),
      comment: entry.comment ?? '',
      ...(layer ?? { size: 0 }),
    };
  });
  return rows.reverse().map((row, index) => (index === 0 ? { ...row, id, references } : row));
}
