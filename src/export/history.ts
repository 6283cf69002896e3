/** `docker history`: the steps of an image, newest first. */

import { readConfig, shortName } from '../image/index.ts';
import { unpackedSize } from '../layers/index.ts';
import type { Digest } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { historyOfLayers } from './image-history.ts';

/** A step that made an image. */
export interface HistoryRow {
  /** The image's id in the first row, else undefined, shown as `<missing>`. */
  readonly id: Digest | undefined;
  /** Short names of the image in the first row. */
  readonly references: readonly string[];
  /** As in the config, RFC 3339. */
  readonly created: string | undefined;
  readonly createdBy: string;
  /** Bytes of file content of the row's layer; 0 if it has none. Undefined: the layer is lazy. */
  readonly size: number | undefined;
  readonly comment: string;
}

/** Layers that the history does not mention get a row too. */
export async function imageHistory(
  store: Store,
  record: ImageRecord,
): Promise<readonly HistoryRow[]> {
  const config = await readConfig(store, record);
  let layers = 0;
  const rows = historyOfLayers(config, record.layers.length).map((entry): HistoryRow => {
    const layer = entry.empty_layer === true ? undefined : record.layers[layers++];
    return {
      id: undefined,
      references: [],
      created: entry.created,
      createdBy: entry.created_by ?? '',
      size: layer === undefined ? 0 : unpackedSize(store, layer),
      comment: entry.comment ?? '',
    };
  });
  const references = store.images.references(record.id).map(shortName);
  return rows
    .reverse()
    .map((row, position) => (position === 0 ? { ...row, id: record.id, references } : row));
}
