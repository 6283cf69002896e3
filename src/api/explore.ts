/** What the public API takes and gives back where it opens an image for an explorer. */
import type { ImageModel, ImageReport, Version } from '../analysis/index.ts';
import type { ReportImageOptions } from './reports.ts';

/** The image to open, with the options of a report. */
export interface ExploreImageOptions
  extends Omit<ReportImageOptions, 'against' | 'base' | 'rates'> {
  /** Digests all files, so that they can be compared with those of another image. */
  readonly allDigests?: boolean | undefined;
}

/** An image whose layers were read once, and that stays open to read its files, until it is disposed of. */
export interface ExploredImage extends AsyncDisposable {
  readonly report: ImageReport;
  /** All files through all layers. */
  readonly model: ImageModel;
  /**
   * The content of a regular file as one layer ships it, also where a later layer hides it. The layer is read again, up to
   * where the file ends. Chunks are lent until the next one.
   *
   * @throws AppError LAYER_FILE_MISSING, ARCHIVE_…, REGISTRY_…; the signal's reason
   */
  read(version: Version, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
