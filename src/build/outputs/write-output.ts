import { assertNever } from '../../errors.ts';
import { type BundleToExport, exportBundle, type ImageRecords } from '../../export/index.ts';
import { destinationOf } from './destination.ts';
import { keepImages } from './keep-images.ts';
import { loadImages } from './load-images.ts';
import { epochOf, type Output } from './output.ts';
import { pushOutput } from './push-output.ts';
import { contentOf, type WriteContext, type Written } from './write-context.ts';
import { writeFilesOutput } from './write-files.ts';

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
