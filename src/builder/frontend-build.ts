/** A build whose Dockerfile the daemon's own frontend plans: its images are written to the outputs as they come. */
import type { BuildResult } from '../api/index.ts';
import { sumOfSizes, unpackedSize } from '../layers/index.ts';
import { formatPlatform } from '../oci/index.ts';
import type { BuildSummary, BuiltImageSummary } from '../progress/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import type { FleetBuilder } from './fleet-solver/index.ts';
import { exportImages } from './outputs/export-result.ts';
import type { BuildRun } from './run/build-run.ts';

/** @throws AppError BUILDER_…, RUN_FAILED, and what the outputs throw */
export async function buildByFrontend(
  run: BuildRun,
  builder: FleetBuilder,
  buildId: string,
): Promise<{ readonly result: BuildResult; readonly images: readonly ImageRecord[] }> {
  const started = run.now();
  const { solveByFrontend } = await import('./fleet-solver/index.ts');
  const records = await solveByFrontend(run, builder);
  const { result, images } = await exportImages(run, records);
  const summary: BuildSummary = {
    ...{ steps: [], stages: [], unusedStages: [], leftBehindBytes: 0 },
    images: records.map((record) => imageSummary(record, run.store, records.length)),
    durationMs: run.now() - started,
  };
  run.emit({ kind: 'build.summary', time: run.now(), summary });
  return { result: { ...result, summary, warnings: run.warnings, buildId }, images };
}

function imageSummary(record: ImageRecord, store: Store, count: number): BuiltImageSummary {
  const sizes = record.layers.map(({ id }) => unpackedSize(store, { id }));
  return {
    platform: count === 1 ? undefined : formatPlatform(record),
    layers: [],
    layerCount: record.layers.length,
    bytes: sumOfSizes(sizes),
  };
}
