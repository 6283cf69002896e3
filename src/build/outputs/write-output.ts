/** Writes one output. */

import type { BuildOptions } from '../../api/index.ts';
import { assertNever, type Warning } from '../../errors.ts';
import {
  type BundleToExport,
  exportBundle,
  type ImageRecords,
  type Progress,
} from '../../export/index.ts';
import type { Descriptor, Digest } from '../../oci/index.ts';
import type { Store } from '../../store/index.ts';
import { imageAnnotations, indexAnnotations } from './annotations.ts';
import { destinationOf } from './destination.ts';
import { keepImages } from './keep-images.ts';
import { loadImages } from './load-images.ts';
import { epochOf, type ImageForm, type Output } from './output.ts';
import { pushOutput } from './push-output.ts';
import { writeFilesOutput } from './write-files.ts';

export interface WriteContext {
  readonly store: Store;
  readonly build: BuildOptions;
  readonly progress: Progress;
  readonly warn: (warning: Warning) => void;
}

/** What an output says of an image, for the digests that are reported. */
export interface Written {
  /** Of the manifest or index. */
  readonly descriptor: Descriptor;
  /** Digest of the image config, of the first of several images. */
  readonly imageId: Digest;
  /** Of several outputs the one that matters most is reported: what others can fetch. */
  readonly rank: 'stored' | 'archived' | 'pushed';
}

/** @param images one for each platform */
export async function writeOutput(
  output: Output,
  images: ImageRecords,
  context: WriteContext,
): Promise<Written | undefined> {
  switch (output.kind) {
    case 'nothing':
      return undefined;
    case 'image': {
      const stored = output.store ? await keepImages(output, images, context) : undefined;
      if (output.push === undefined) return stored;
      return pushOutput(output, images, { ...context, push: output.push });
    }
    case 'load': {
      const { names, form } = output;
      const stored = await keepImages({ names, form, canonical: false }, images, context);
      await loadImages(output, images, context);
      return stored;
    }
    case 'archive': {
      const { format, tar, names, form } = output;
      const { build, progress, store } = context;
      const dest = destinationOf(output.dest, build);
      const { signal } = build;
      const epoch = epochOf(build.sourceDateEpoch, output.times);
      const bundle: BundleToExport = { images, references: names, content: contentOf(form) };
      const options = { format, dest, tar, epoch, progress, signal };
      const { descriptor, config } = await exportBundle(store, bundle, options);
      return { descriptor, imageId: config.digest, rank: 'archived' };
    }
    case 'tar':
    case 'local':
      await writeFilesOutput(output, images, context);
      return undefined;
    default:
      return assertNever(output);
  }
}

/** The form in the words of `export/`. */
export function contentOf({
  encoding,
  ociTypes,
  annotations,
}: ImageForm): BundleToExport['content'] {
  return {
    ...encoding,
    ociTypes,
    annotations: (platform) => imageAnnotations(annotations, platform),
    indexAnnotations: indexAnnotations(annotations, 'index'),
    indexDescriptorAnnotations: indexAnnotations(annotations, 'index-descriptor'),
  };
}
