/** The steps that made an image, with what its layers and the records of builds tell of them. */
import type { ImageReport } from '../analysis/index.ts';
import type { HistoryRow, ImageHistoryOptions } from '../api/index.ts';
import { imageHistory as historyOf, historyRows } from '../export/index.ts';
import { parseImageName } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { layerTimes } from './known-build.ts';
import { reportOn } from './report.ts';
import { withImage } from './with-image.ts';
import { requireImage, withStore } from './with-store.ts';

export function imageHistory(
  context: LaminaContext,
  options: ImageHistoryOptions,
): Promise<readonly HistoryRow[]> {
  const { image: name, platform, details = false, signal } = options;
  if (!details && platform === undefined && parseImageName(name, 'store').transport === 'store') {
    return withStore(context, (store) => historyOf(store, requireImage(store, name)));
  }
  return withImage(context, options, async (opened) => {
    const { image, names, stored } = opened;
    if (!details && stored !== undefined) return historyOf(stored.store, stored.record);
    const report = await reportOn(opened, { signal });
    const times = layerTimes(opened);
    return historyRows(image.config, {
      id: image.manifest.config.digest,
      references: names,
      layers: report.layers.map((layer) => rowOfLayer(layer, report, times[layer.index] ?? null)),
    });
  });
}

function rowOfLayer(
  { index, diffId, stage, line, unpacked, compressed, reclaimable }: ImageReport['layers'][number],
  { problems }: ImageReport,
  milliseconds: number | null,
): Pick<HistoryRow, 'size' | 'layer'> {
  const problem = problems.find(({ layer }) => layer === index);
  const common = { index, diffId, stage, line, compressed, milliseconds };
  if (problem === undefined) {
    return { size: unpacked, layer: { ...common, reclaimable, problem: null } };
  }
  const { code, message } = problem;
  return { size: undefined, layer: { ...common, reclaimable: null, problem: { code, message } } };
}
