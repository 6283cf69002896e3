/** What the explorer shows of an image, from its report. */
import type { ExploredImage } from '../api/index.ts';
import { humanSize } from '../progress/index.ts';
import { comparedImages } from './model/compared-images.ts';
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
      // One line of it is shown: what continues lines is not.
      title: layer.instruction?.replace(/\s+/g, ' ') ?? layer.diffId,
      bytes: layer.unpacked,
      details: [
        ...(layer.line === null
          ? []
          : [`${layer.stage === null ? '' : `stage ${layer.stage}, `}line ${layer.line}`]),
        `${layer.files} file${layer.files === 1 ? '' : 's'}, reclaimable ${humanSize(layer.reclaimable)}`,
        layer.digest,
        ...report.findings
          .filter((finding) => finding.layer === layer.index)
          .map(({ line, code, what }) => `line ${line}: ${what} (${code})`),
      ],
    })),
    summary: [
      `visible ${humanSize(size.visible)}, shipped ${humanSize(size.unpacked)}`,
      `reclaimable ${humanSize(reclaimable.bytes)}, efficiency ${efficiency}`,
      ...report.problems.map(({ layer, message }) => `layer ${layer}: ${message}`),
    ],
  };
}

type ReadVersion = ExploredImage['read'];

/** Two images, as two layers of one. */
export function comparisonOptions(
  before: ExplorerSource,
  after: ExplorerSource,
): ExplorerOptions & { readonly read: ReadVersion } {
  const sources = [before, after] as const;
  const { model, origin } = comparedImages(before.image, after.image);
  const [lower, upper] = sources.map(({ image }) => image.report.size.visible);
  const grown = (upper ?? 0) - (lower ?? 0);
  return {
    image: { model, report: after.image.report },
    title: `${before.name} -> ${after.name}`,
    isComparison: true,
    layers: sources.map(({ image, name }) => ({
      title: name,
      bytes: image.report.size.visible,
      details: [
        `${image.report.size.files} files, ${image.report.layers.length} layers`,
        image.report.image.id,
      ],
    })),
    summary: [`${grown < 0 ? '-' : '+'}${humanSize(Math.abs(grown))} visible`],
    read(version, signal) {
      const from = origin(version);
      return sources[from.side].image.read(from.version, signal);
    },
  };
}
