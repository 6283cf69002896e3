import type { ImageConfig } from '../../oci/index.ts';
import { compareReports, type ImageReport } from '../report/index.ts';
import type { ComparisonSummary, FileDifference } from '../types.ts';
import { changedDirectories } from './changed-directories.ts';
import { configChanges } from './config-changes.ts';

interface Reports {
  readonly a: ImageReport;
  readonly b: ImageReport;
}

interface Differences {
  /** The configs of both images. */
  readonly a: ImageConfig;
  readonly b: ImageConfig;
  /** Of the file systems. */
  readonly files: readonly FileDifference[];
}

/** What differs between two images, in short. */
export function summarize(reports: Reports, { a, b, files }: Differences): ComparisonSummary {
  const { layers, packages } = compareReports(reports.a, reports.b);
  return {
    images: { a: reports.a.image, b: reports.b.image },
    sizes: { a: reports.a.size, b: reports.b.size },
    layers,
    config: configChanges(a, b),
    packages,
    directories: changedDirectories(files),
  };
}
