/** Outputs that are files only: a tar, or a directory, or one of either for each platform. */
import { AppError } from '../../errors.ts';
import { exportLocal, exportTar, type ImageRecords, pruneExports } from '../../export/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import { destinationOf } from './destination.ts';
import type { Files } from './output.ts';
import type { WriteContext } from './write-context.ts';

export async function writeFilesOutput(
  output: Files,
  images: ImageRecords,
  context: WriteContext,
): Promise<void> {
  const { store, progress, build, warn } = context;
  const { signal } = build;
  const isSplit = output.split ?? images.length > 1;
  if (!isSplit && images.length > 1) {
    throw new AppError('BUILD_OUTPUT', `files for several platforms cannot share ${output.dest}`, {
      hint: 'leave out platform-split=false, or build one platform at a time',
    });
  }
  const parts = images.map((image) => ({
    image,
    below: isSplit ? formatPlatform(image).replaceAll('/', '_') : undefined,
  }));
  if (output.kind === 'tar') {
    await exportTar(store, parts, { dest: destinationOf(output.dest, build), signal });
    return;
  }
  const prune = output.mode === 'delete';
  for (const { image, below } of parts) {
    const { dest } = output;
    const options = { dest, below, prune, progress, signal };
    const { warnings } = await exportLocal(store, image, options);
    for (const warning of warnings) warn(warning);
  }
  if (prune && isSplit)
    await pruneExports(
      output.dest,
      parts.flatMap(({ below }) => below ?? []),
    );
}
