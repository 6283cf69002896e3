/** What the page is given, as JSON. */
import type { ContentTree, ImageReport } from '../analysis/index.ts';

export interface PageData {
  /** One image, or two to be compared. */
  readonly images: readonly PageImage[];
  /** Whether contents of files can be asked for: the page is served, not a file. */
  readonly isServed: boolean;
}

export interface PageImage {
  readonly report: ImageReport;
  readonly tree: ContentTree;
  /** How many rows lists of the report had before they were cut to what a page can show. */
  readonly totals: ReportTotals;
}

export interface ReportTotals {
  readonly reclaimable: number;
  readonly duplicates: number;
  readonly packages: number;
}

/** The beginning of a file, for the preview. */
export interface FilePreview {
  readonly bytes: number;
  /** Null: it is no text. */
  readonly text: string | null;
  /** The first bytes in hexadecimal, where there is no text. */
  readonly hex: string | null;
  /** The file is longer than what is shown. */
  readonly isCut: boolean;
}
