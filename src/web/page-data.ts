/** What the page is given, as JSON. */
import type { ContentTree, ImageReport } from '../analysis/index.ts';
import type { RecordedStage, RecordedStep } from '../records/index.ts';

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
  /** Null where no build of the image is on record. */
  readonly build: PageBuild | null;
}

/** The build that made an image. Times are milliseconds. */
export interface PageBuild {
  readonly dockerfile: string;
  /** Since the epoch. */
  readonly started: number;
  readonly milliseconds: number;
  /** By line of the Dockerfile. */
  readonly steps: readonly PageBuildStep[];
  readonly stages: readonly Pick<RecordedStage, 'name' | 'bytes' | 'isTarget'>[];
  /** Stages that others take from: from, to. */
  readonly edges: readonly (readonly [string, string])[];
}

export interface PageBuildStep
  extends Pick<
    RecordedStep,
    'name' | 'stage' | 'line' | 'instruction' | 'status' | 'began' | 'milliseconds' | 'bytes'
  > {
  /** The layer of the image that it made. */
  readonly layer: number | null;
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
