/** The differences between two images of any transport. */
import type { ComparedImage, ImageReport } from '../analysis/index.ts';
import type { CompareImagesOptions, CompareImagesResult } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { scannedReport } from './report.ts';
import { type FoundImage, type StoredImage, withImage } from './with-image.ts';

export function compareImages(
  context: LaminaContext,
  { a, b, ...options }: CompareImagesOptions,
): Promise<CompareImagesResult> {
  return withImage(context, { ...options, image: a }, (first) =>
    withImage(context, { ...options, image: b }, async (second): Promise<CompareImagesResult> => {
      const { layers = false, signal } = options;
      const { compareFileSystems, compareLayers } = await import('../analysis/index.ts');
      const [one, other] = await sides(first, second, { layers, signal });
      if (layers) {
        const comparison = await compareLayers(one.image, other.image, { signal });
        return { kind: 'layers', comparison };
      }
      const reports = { a: await one.report(), b: await other.report() };
      const comparison = await compareFileSystems(one.image, other.image, reports, { signal });
      return { kind: 'files', comparison };
    }),
  );
}

interface Side {
  readonly image: ComparedImage;
  readonly report: () => Promise<ImageReport>;
}

interface HowToRead {
  /** Files that later layers hide are compared too. */
  readonly layers: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Files are compared by their bytes where the store has them all, else by digests. */
async function sides(
  first: FoundImage,
  second: FoundImage,
  how: HowToRead,
): Promise<readonly [Side, Side]> {
  const [a, b] = [await withContents(first), await withContents(second)];
  if (a !== undefined && b !== undefined) {
    return [await storedSide(first, a, how), await storedSide(second, b, how)];
  }
  return [await scannedSide(first, how), await scannedSide(second, how)];
}

/** @returns undefined for an image that is not in the store, or whose layers are only on their way */
async function withContents({ stored }: FoundImage): Promise<StoredImage | undefined> {
  const { storedLayers } = await import('../analysis/index.ts');
  if (stored === undefined) return undefined;
  const layerAt = storedLayers(stored.store, stored.record);
  return stored.record.layers.every((_, position) => layerAt(position)) ? stored : undefined;
}

async function storedSide(
  opened: FoundImage,
  { store, record: image }: StoredImage,
  { signal }: HowToRead,
): Promise<Side> {
  const { storedImage } = await import('../analysis/index.ts');
  return {
    image: await storedImage({ store, image }),
    report: async () => (await completeReport(opened, { signal })).report,
  };
}

async function scannedSide(opened: FoundImage, { layers, signal }: HowToRead): Promise<Side> {
  const { scannedImage } = await import('../analysis/index.ts');
  // Indexes of the store lack digests; a scan adds those of visible files alone.
  const streamed = layers ? { ...opened, stored: undefined } : opened;
  const { report, scanned } = await completeReport(streamed, { allDigests: true, signal });
  return {
    image: scannedImage(opened.image, scanned.model),
    report: () => Promise.resolve(report),
  };
}

/** A difference that is only not seen must not pass for none. */
async function completeReport(
  opened: FoundImage,
  options: Parameters<typeof scannedReport>[1],
): ReturnType<typeof scannedReport> {
  const result = await scannedReport(opened, options);
  const [problem] = result.scanned.problems;
  if (problem === undefined) return result;
  const { layer, error } = problem;
  const { names, image } = opened;
  const digest = image.layers[layer]?.descriptor.digest ?? '';
  throw new AppError(
    error.code,
    `layer ${layer} (${digest}) of ${names[0] ?? image.manifest.config.digest} cannot be read: ${error.message}`,
    { expected: error.expected, hint: error.hint, cause: error },
  );
}
