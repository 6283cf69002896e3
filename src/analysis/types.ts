/** What two images have that the other has not, as data. */
import type { DiffId, Digest } from '../oci/index.ts';
import type {
  ReportedDifference,
  ReportedImage,
  ReportedPackageChange,
  ReportedSize,
} from './report/index.ts';

/** One property of a file, as each side has it, in words. */
export interface Change {
  readonly what:
    | 'type'
    | 'mode'
    | 'owner'
    | 'time'
    | 'size'
    | 'content'
    | 'link target'
    | 'device'
    | 'attributes'
    | 'hard links';
  readonly a: string;
  readonly b: string;
}

/** A path that two file systems do not have alike. */
export interface FileDifference {
  /** Absolute, printable. */
  readonly path: string;
  /** `removed`: only the first has it; `added`: only the second. */
  readonly kind: 'added' | 'removed' | 'changed';
  /** Bytes of content on each side. */
  readonly sizeA: number | undefined;
  readonly sizeB: number | undefined;
  /** Empty unless `kind` is `changed`. */
  readonly changes: readonly Change[];
  /** Why such files differ from build to build, where that is known, and what to do. */
  readonly cause: Cause | undefined;
}

/** Why files differ from build to build, and what to do. */
export interface Cause {
  readonly reason: string;
  readonly cure: string;
}

/** A value of the image config, by its path: `config.Env[2]`. What looks like a secret is masked. */
export interface ValueDifference {
  readonly path: string;
  /** JSON; undefined: that side has no such value. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** Two layers at the same position. */
export interface LayerComparison {
  /** From 0, the bottom. */
  readonly position: number;
  /** `created_by` of its history entry. */
  readonly instruction: string | undefined;
  readonly a: DiffId | undefined;
  readonly b: DiffId | undefined;
  /** In order of their paths; empty for the same layers. */
  readonly files: readonly FileDifference[];
}

/** What both kinds of comparison say. */
export interface Comparison {
  readonly a: Digest;
  readonly b: Digest;
  /** Whether the images are the same to the byte. */
  readonly identical: boolean;
  readonly config: readonly ValueDifference[];
}

/** Two images, layer by layer. */
export interface ImageComparison extends Comparison {
  /** By position from the bottom; those that are the same included. */
  readonly layers: readonly LayerComparison[];
}

/** Its config is compared without history and times. */
export interface FilesComparison extends Comparison {
  /** Of the file systems as containers see them. */
  readonly files: readonly FileDifference[];
  /** Bytes of content of the file systems. */
  readonly sizeA: number;
  readonly sizeB: number;
  readonly summary: ComparisonSummary;
}

/** What differs between two images, in short. */
export interface ComparisonSummary {
  readonly images: { readonly a: ReportedImage; readonly b: ReportedImage };
  readonly sizes: { readonly a: ReportedSize; readonly b: ReportedSize };
  /** Layers of the second image. Those of `added` are what a machine that has the first one must still pull. */
  readonly layers: ReportedDifference['layers'];
  /** In words of Dockerfiles, in their order. */
  readonly config: readonly ConfigChange[];
  /** Packages that came, went, or changed, largest change first. */
  readonly packages: readonly ReportedPackageChange[];
  /** Largest first. A directory whose differences are nearly all in one directory below it is left out. */
  readonly directories: readonly DirectoryChange[];
}

/** A default of containers that differs. What looks like a secret is masked. */
export interface ConfigChange {
  /** `ENV PATH`, `CMD`, `platform`, or the path of a value that no instruction sets. */
  readonly subject: string;
  /** Null: not set. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The files that differ below a directory. */
export interface DirectoryChange {
  /** Absolute, printable. */
  readonly path: string;
  /** Numbers of files, directories among them. */
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Bytes of these files in each image; each hard link counts. */
  readonly before: number;
  readonly after: number;
}
