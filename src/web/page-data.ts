/** What the page is given, as JSON. */
import type { ContentTree, ImageReport } from '../analysis/index.ts';
import type { RecordedStep, RecordedWork, StageEdge, StageNode } from '../records/index.ts';

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
  /** What the image was made by, line by line. */
  readonly definition: PageDefinition;
  /** Null where no build of the image is on record. */
  readonly build: PageBuild | null;
}

/** The Dockerfile; where no build is on record, or its text is not, the instructions of the image's history. */
export interface PageDefinition {
  readonly kind: 'dockerfile' | 'history';
  readonly lines: readonly string[];
  /** By line. What is between them are comments and blank lines. */
  readonly instructions: readonly PageInstruction[];
}

export interface PageInstruction {
  /** 1-based, both included. */
  readonly first: number;
  readonly last: number;
  readonly stage: string | null;
  /** The stage was built. */
  readonly isNeeded: boolean;
  /** Indexes of the layers of the image that it made or, as FROM, brought. */
  readonly layers: readonly number[];
  /** Indexes in the steps of the build. */
  readonly steps: readonly number[];
}

/** The build that made an image. Times are milliseconds. */
export interface PageBuild {
  readonly dockerfile: string;
  /** Since the epoch. */
  readonly started: number;
  readonly milliseconds: number;
  /** Inputs before their users. */
  readonly steps: readonly PageBuildStep[];
  /** What the build did beside its steps. */
  readonly work: readonly RecordedWork[];
  readonly stages: readonly PageStage[];
  readonly edges: readonly StageEdge[];
  /** Time of the steps that the build had to wait for, one after the other. */
  readonly criticalMilliseconds: number;
}

export interface PageBuildStep
  extends Pick<
    RecordedStep,
    | 'name'
    | 'kind'
    | 'stage'
    | 'line'
    | 'instruction'
    | 'status'
    | 'began'
    | 'milliseconds'
    | 'bytes'
  > {
  /** When it was last carried out, here or in an earlier build; null where no record tells. */
  readonly lastMilliseconds: number | null;
  readonly isCritical: boolean;
}

export interface PageStage extends StageNode {
  readonly isTarget: boolean;
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
