import type { WrittenOutput } from '../../api/index.ts';
import { assertNever } from '../../errors.ts';
import { type BundleToExport, exportBundle } from '../../export/index.ts';
import type { Image, ImageRecords } from '../../image/index.ts';
import { destinationOf } from './destination.ts';
import { keepImages } from './keep-images.ts';
import { loadImages } from './load-images.ts';
import { measured } from './measured.ts';
import { epochOf, type Output } from './output.ts';
import { pushOutput } from './push-output.ts';
import { contentOf, type OutputResult, type WriteContext } from './write-context.ts';
import { writeFilesOutput } from './write-files.ts';

/** @param images one for each platform */
export async function writeOutput(
  output: Output,
  images: ImageRecords,
  context: WriteContext,
): Promise<OutputResult> {
  switch (output.kind) {
    case 'nothing':
      return { image: undefined, outputs: [] };
    case 'image': {
      const stored = output.store ? await keepImages(output, images, context) : undefined;
      const kept = stored === undefined ? [] : [inStore(images)];
      if (output.push === undefined) return { image: stored, outputs: kept };
      const pushed = await pushOutput(output, images, { ...context, push: output.push });
      return { image: pushed.image, outputs: [...kept, ...pushed.outputs] };
    }
    case 'load': {
      const { names, form } = output;
      const image = await keepImages({ names, form, canonical: false }, images, context);
      const loaded = await loadImages(output, images, context);
      return { image, outputs: [inStore(images), ...loaded] };
    }
    case 'archive':
      return writeArchive(output, images, context);
    case 'tar':
    case 'local':
      return { image: undefined, outputs: [await writeFilesOutput(output, images, context)] };
    default:
      return assertNever(output);
  }
}

function inStore([{ id }]: ImageRecords): WrittenOutput {
  return { kind: 'store', dest: id, isDirectory: false, bytes: undefined, files: undefined };
}

async function writeArchive(
  output: Extract<Output, { kind: 'archive' }>,
  images: ImageRecords,
  { build, progress, store, attest }: WriteContext,
): Promise<OutputResult> {
  const { format, tar, names, form } = output;
  const { signal } = build;
  const epoch = epochOf(build.sourceDateEpoch, output.times);
  // The archive of `docker save` has no place for them.
  const attached = format === 'oci' && attest ? (image: Image) => attest(names, image) : undefined;
  const content = { ...contentOf(form), attest: attached };
  const bundle: BundleToExport = { images, references: names, content };
  const { result, bytes } = await measured(destinationOf(output.dest, build), (dest) =>
    exportBundle(store, bundle, { format, dest, tar, epoch, progress, signal }),
  );
  const { descriptor, config } = result;
  const written = {
    kind: format,
    dest: output.dest,
    isDirectory: !tar,
    // A layout may contain other images too.
    bytes: tar ? bytes : result.bytes,
    files: undefined,
  };
  return {
    image: { descriptor, imageId: config.digest, rank: 'archived' },
    outputs: [written],
  };
}
