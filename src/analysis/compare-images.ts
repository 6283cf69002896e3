/** Compares two images, layer by layer or as file systems, wherever they are. */
import type { ImageConfig } from '../oci/index.ts';
import { compareFiles } from './compare-files.ts';
import { compareValues } from './compare-values.ts';
import type { ComparedFiles } from './compared-files.ts';
import type { ComparedImage } from './compared-image.ts';
import { summarize } from './comparison/index.ts';
import type { ImageReport } from './report/index.ts';
import { withoutSecrets } from './secrets/index.ts';
import type {
  FilesComparison,
  ImageComparison,
  LayerComparison,
  ValueDifference,
} from './types.ts';

export interface CompareImagesOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The reports of both images. */
export interface ComparedReports {
  readonly a: ImageReport;
  readonly b: ImageReport;
}

/**
 * Compares two builds of one Dockerfile: layers by position, each with its instruction. Everything that is part of the
 * digests counts, including times.
 */
export async function compareLayers(
  a: ComparedImage,
  b: ComparedImage,
  options: CompareImagesOptions = {},
): Promise<ImageComparison> {
  const instructions = [a, b].map(({ config }) => writtenInstructions(config));
  const layers: LayerComparison[] = [];
  const count = Math.max(a.diffIds.length, b.diffIds.length);
  for (let position = 0; position < count; position++) {
    const x = a.diffIds[position];
    const y = b.diffIds[position];
    layers.push({
      position,
      instruction: instructions[0]?.[position] ?? instructions[1]?.[position],
      a: x,
      b: y,
      files:
        x === y
          ? []
          : await compareFiles(a.layerFiles(position), b.layerFiles(position), {
              ...options,
              times: true,
            }),
    });
  }
  return { ...heads(a, b), config: configDifferences(a.config, b.config), layers };
}

/**
 * Compares the file systems of any two images, whatever their layers. Times are ignored: they make no
 * difference to users of the image.
 *
 * @param reports of the same two images
 */
export async function compareFileSystems(
  a: ComparedImage,
  b: ComparedImage,
  reports: ComparedReports,
  options: CompareImagesOptions = {},
): Promise<FilesComparison> {
  const left = a.files();
  const right = b.files();
  const files = await compareFiles(left, right, { ...options, times: false });
  return {
    ...heads(a, b),
    config: compareValues(withoutPast(a.config), withoutPast(b.config)).map(withMask),
    files,
    sizeA: contentBytes(left),
    sizeB: contentBytes(right),
    summary: summarize(reports, { a: a.config, b: b.config, files }),
  };
}

function heads(a: ComparedImage, b: ComparedImage) {
  return { a: a.id, b: b.id, identical: a.id === b.id };
}

/** Without the diffIDs, since the layers themselves are compared. */
function configDifferences(a: ImageConfig, b: ImageConfig): readonly ValueDifference[] {
  return compareValues({ ...a, rootfs: undefined }, { ...b, rootfs: undefined }).map(withMask);
}

/** Comparisons end up in logs and pull requests. */
function withMask({ path, a, b }: ValueDifference): ValueDifference {
  return { path, a: a && withoutSecrets(a), b: b && withoutSecrets(b) };
}

/** Without diffIDs, and without the history and time of the build. */
function withoutPast(config: ImageConfig): object {
  return { ...config, rootfs: undefined, history: undefined, created: undefined };
}

function writtenInstructions({ history = [] }: ImageConfig): readonly (string | undefined)[] {
  return history
    .filter((entry) => entry.empty_layer !== true)
    .map(({ created_by: instruction }) => instruction && withoutSecrets(instruction));
}

function contentBytes({ items }: ComparedFiles): number {
  const groups = new Set<number>();
  let bytes = 0;
  for (const item of items) {
    if (item.kind !== 'entry' || item.type !== 'file') continue;
    if (item.linkGroup !== undefined && groups.has(item.linkGroup)) continue;
    if (item.linkGroup !== undefined) groups.add(item.linkGroup);
    bytes += item.size;
  }
  return bytes;
}
