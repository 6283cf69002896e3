import { type ContentTree, contentTree, type ImageReport } from '../analysis/index.ts';
import { type KnownBuild, pageBuild } from './page-build.ts';
import type { PageImage } from './page-data.ts';
import { type HistoryEntry, pageDefinition } from './page-definition.ts';

/** How much of an image a page gets. */
export interface PageLimits {
  /** Files and directories of the tree. */
  readonly nodes: number;
  /** Rows of each list of the report. */
  readonly rows: number;
}

/** A browser on the same machine. */
export const SERVED_LIMITS: PageLimits = { nodes: 150_000, rows: 5_000 };
/** A file that CI keeps: some 2 MB at most. */
export const FILE_LIMITS: PageLimits = { nodes: 60_000, rows: 1_000 };

const PATHS = 50;

export interface ShownImage {
  readonly report: ImageReport;
  readonly model: Parameters<typeof contentTree>[0];
  readonly history: readonly HistoryEntry[];
  readonly build: KnownBuild | undefined;
}

export function pageImage(
  { report, model, history, build }: ShownImage,
  { nodes, rows }: PageLimits,
): PageImage {
  const { reclaimable, duplicates, packages, leftovers } = report;
  const tree: ContentTree = contentTree(model, { limit: nodes });
  return {
    report: {
      ...report,
      reclaimable: { ...reclaimable, files: largest(reclaimable.files, rows) },
      duplicates: {
        ...duplicates,
        groups: duplicates.groups
          .slice(0, rows)
          .map((group) => ({ ...group, paths: group.paths.slice(0, PATHS) })),
      },
      packages: largest(packages, rows),
      leftovers: leftovers.map((one) => ({ ...one, paths: one.paths.slice(0, PATHS) })),
    },
    tree,
    definition: pageDefinition({ report, history }, build?.record),
    build: build === undefined ? null : pageBuild(build),
    totals: {
      reclaimable: reclaimable.files.length,
      duplicates: duplicates.groups.length,
      packages: packages.length,
    },
  };
}

function largest<T extends { readonly bytes: number }>(rows: readonly T[], count: number): T[] {
  return [...rows].sort((a, b) => b.bytes - a.bytes).slice(0, count);
}
