/** Reads all layers of an image, bottom first, as they stream from wherever it is: nothing is stored. */
import { decompress } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import type { Image, Layer } from '../../image/index.ts';
import type { ContentReader, InspectContent } from '../../layers/index.ts';
import { scanTar } from '../../layers/index.ts';
import { ImageModel } from '../model/index.ts';
import { PackageContents } from '../packages/index.ts';
import { SecretContents } from '../secrets/index.ts';

export interface ScanImageOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each layer. */
  readonly onLayer?: ((layer: number) => void) | undefined;
}

/** A layer that could not be read to its end. */
export interface LayerProblem {
  readonly layer: number;
  readonly error: AppError;
}

export interface ScannedImage {
  readonly model: ImageModel;
  readonly packages: PackageContents;
  readonly secrets: SecretContents;
  /** What is in these layers is missing from the model. */
  readonly problems: readonly LayerProblem[];
}

/**
 * A layer that is damaged, is not what the config names, or cannot be had is a problem of the result, and the others are read all
 * the same.
 *
 * @throws the signal's reason
 */
export async function scanImage(
  image: Image,
  { signal, onLayer }: ScanImageOptions = {},
): Promise<ScannedImage> {
  const model = new ImageModel();
  const packages = new PackageContents();
  const secrets = new SecretContents();
  const inspect = both(packages.inspect, secrets.inspect);
  const problems: LayerProblem[] = [];
  for (const [position, layer] of image.layers.entries()) {
    const base = { lookup: (path: string) => model.lookup(path, position - 1) };
    try {
      const scanned = await scanTar(decompress(layer.read()), { base, inspect, signal });
      checkDiffId(layer, scanned.diffId);
      model.addLayer(scanned.entries);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      problems.push({ layer: position, error });
      model.addLayer([]);
    }
    onLayer?.(position);
  }
  return { model, packages, secrets, problems };
}

function checkDiffId({ diffId, descriptor }: Layer, actual: string): void {
  if (diffId === actual) return;
  throw new AppError(
    'LAYER_DIFF_ID_MISMATCH',
    `the layer ${descriptor.digest} is ${actual}, but the image config says ${diffId}`,
    {
      hint: 'the image is damaged, or a faulty tool made it; get it again, or tell its publisher',
    },
  );
}

function both(one: InspectContent, other: InspectContent): InspectContent {
  return (file) => {
    const readers = [one(file), other(file)].filter((reader) => reader !== undefined);
    return readers.length < 2 ? readers[0] : together(readers);
  };
}

function together(readers: readonly ContentReader[]): ContentReader {
  return {
    add: (bytes) => {
      for (const reader of readers) reader.add(bytes);
    },
    end: (digest) => {
      for (const reader of readers) reader.end(digest);
    },
  };
}
