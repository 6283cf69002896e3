/** `docker images`: one row for each name of each image. */
import { type Digest, familiarRepository, parseReference } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { sizeOfImage } from './image-view.ts';

export interface ImageRow {
  /** Undefined for an image without a name, shown as `<none>`. */
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
  readonly id: Digest;
  /** Milliseconds since the epoch; 0 when the image does not say. */
  readonly created: number;
  /** Bytes of file content of all layers. */
  readonly size: number;
}

/** Newest first; images of the same time by name. */
export function listImages(store: Store): readonly ImageRow[] {
  return store.images
    .list()
    .flatMap((record) => rowsOf(store, record))
    .sort((a, b) => b.created - a.created || compareText(sortKey(a), sortKey(b)));
}

function rowsOf(store: Store, record: ImageRecord): ImageRow[] {
  const { id, created } = record;
  const size = sizeOfImage(store, record);
  const references = store.images.references(id).map(parseReference);
  const none = { repository: undefined, tag: undefined, digest: undefined };
  const names = references.map((reference) => ({
    repository: familiarRepository(reference),
    tag: reference.tag,
    digest: reference.digest,
  }));
  return (names.length === 0 ? [none] : names).map((name) => ({ ...name, id, created, size }));
}

function sortKey(row: ImageRow): string {
  return `${row.repository ?? ''}:${row.tag ?? ''} ${row.id}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
