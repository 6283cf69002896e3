/** Outputs that are plain files: a tar or a directory, or one for each platform. */
import type { WrittenOutput } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { exportLocal, exportTar, pruneExports } from '../../export/index.ts';
import type { ImageRecords } from '../../image/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import { destinationOf } from './destination.ts';
import { measured } from './measured.ts';
import type { Files } from './output.ts';
import type { WriteContext } from './write-context.ts';

/** `linux_amd64`; includes the version of a system if several are written. */
function directoryOf(image: ImageRecords[number], images: ImageRecords): string {
  const short = ({ os, architecture, variant }: ImageRecords[number]) =>
    formatPlatform({ os, architecture, variant });
  const isShared = images.some((other) => other !== image && short(other) === short(image));
  return (isShared ? formatPlatform(image) : short(image)).replaceAll('/', '_');
}

export async function writeFilesOutput(
  output: Files,
  images: ImageRecords,
  context: WriteContext,
): Promise<WrittenOutput> {
  const { store, progress, build, warn } = context;
  const { signal } = build;
  const isSplit = output.split ?? images.length > 1;
  if (!isSplit && images.length > 1) {
    throw new AppError('BUILD_OUTPUT', `files for several platforms cannot share ${output.dest}`, {
      hint: 'remove platform-split=false, or build one platform at a time',
    });
  }
  const parts = images.map((image) => ({
    image,
    below: isSplit ? directoryOf(image, images) : undefined,
  }));
  if (output.kind === 'tar') {
    const { bytes } = await measured(destinationOf(output.dest, build), (dest) =>
      exportTar(store, parts, { dest, signal }),
    );
    return { kind: 'tar', dest: output.dest, isDirectory: false, bytes, files: undefined };
  }
  const prune = output.mode === 'delete';
  const total = { bytes: 0, files: 0 };
  for (const { image, below } of parts) {
    const { dest } = output;
    const options = { dest, below, prune, progress, signal };
    const { warnings, bytes, files } = await exportLocal(store, image, options);
    for (const warning of warnings) warn(warning);
    total.bytes += bytes;
    total.files += files;
  }
  if (prune && isSplit)
    await pruneExports(
      output.dest,
      parts.flatMap(({ below }) => below ?? []),
    );
  return { kind: 'local', dest: output.dest, isDirectory: true, ...total };
}
