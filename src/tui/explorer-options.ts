/** What the explorer shows of an image, from its report. */
import type { ExploredImage } from '../api/index.ts';
import { humanSize } from '../progress/index.ts';
import type { ExplorerOptions } from './model/explorer.ts';

export interface ExplorerSource {
  readonly image: ExploredImage;
  /** As the user wrote it. */
  readonly name: string;
}

export function explorerOptions({ image, name }: ExplorerSource): ExplorerOptions {
  const { report } = image;
  const { size, reclaimable, dive } = report;
  const shown = report.image.names[0] ?? name;
  const efficiency = `${Number((dive.efficiency * 100).toFixed(1))}%`;
  return {
    image,
    title: `${shown}  ${report.image.platform}  ${humanSize(size.visible)}`,
    layers: report.layers.map((layer) => ({
      title: layer.instruction ?? layer.diffId,
      bytes: layer.unpacked,
      details: [
        ...(layer.line === null
          ? []
          : [`${layer.stage === null ? '' : `stage ${layer.stage}, `}line ${layer.line}`]),
        `${layer.files} file${layer.files === 1 ? '' : 's'}, reclaimable ${humanSize(layer.reclaimable)}`,
        layer.digest,
      ],
    })),
    summary: [
      `visible ${humanSize(size.visible)}, shipped ${humanSize(size.unpacked)}`,
      `reclaimable ${humanSize(reclaimable.bytes)}, efficiency ${efficiency}`,
      ...report.problems.map(({ layer, message }) => `layer ${layer}: ${message}`),
    ],
  };
}
