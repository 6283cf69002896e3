/** Where a result goes. */
import { AppError, assertNever, type Warning } from '../errors.ts';
import {
  type Destination,
  type ExportedImage,
  exportDocker,
  exportLocal,
  exportOci,
  exportTar,
  type Progress,
} from '../export/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import type { BuildOptions, OutputSpec } from './options.ts';

export interface WriteOptions {
  readonly store: Store;
  /** One for each platform. */
  readonly images: readonly [ImageRecord, ...ImageRecord[]];
  readonly references: readonly string[];
  readonly build: BuildOptions;
  readonly progress: Progress;
  readonly warn: (warning: Warning) => void;
}

/** The outputs asked for; the image store when nothing was said. */
export function outputsOf({ outputs }: BuildOptions): readonly OutputSpec[] {
  return outputs === undefined || outputs.length === 0 ? [{ type: 'image', attrs: {} }] : outputs;
}

/** Refuses what cannot be done before anything is built. */
export function checkOutputs(options: BuildOptions): void {
  for (const { type, dest } of outputsOf(options)) {
    if (type === 'registry') {
      throw new AppError('BUILD_NOT_YET', 'pushing to a registry is not supported yet', {
        hint: 'write an archive with -o type=oci,dest=FILE, and push it with another tool',
      });
    }
    if (dest === undefined && (type === 'tar' || type === 'local')) {
      throw new AppError('BUILD_OUTPUT', `the output of type ${type} needs a destination`, {
        hint: `-o type=${type},dest=PATH`,
      });
    }
  }
}

/**
 * Writes one output.
 *
 * @returns what was written as an archive, for the digests that are reported
 */
export async function writeOutput(
  spec: OutputSpec,
  options: WriteOptions,
): Promise<ExportedImage | undefined> {
  const { store, images, references, build, progress } = options;
  const [image] = images;
  const { signal, sourceDateEpoch: epoch } = build;
  if (images.length > 1 && spec.type !== 'image' && spec.type !== 'cacheonly') {
    throw new AppError(
      'BUILD_NOT_YET',
      `several platforms in an output of type ${spec.type} are not supported yet`,
      {
        hint: 'build them into the image store, or one at a time',
      },
    );
  }
  switch (spec.type) {
    case 'image':
    case 'registry':
    case 'cacheonly':
      return undefined;
    case 'oci':
    case 'docker': {
      const common = { ...archiveAttributes(spec), progress, signal, epoch };
      const dest = destinationOf(spec, build);
      if (spec.type === 'oci') return exportOci(store, image, { ...common, dest, references });
      return (await exportDocker(store, [{ image, references }], { ...common, dest }))[0];
    }
    case 'tar':
      await exportTar(store, image, { dest: destinationOf(spec, build), signal });
      return undefined;
    case 'local': {
      const { warnings } = await exportLocal(store, image, {
        dest: spec.dest ?? '.',
        progress,
        signal,
      });
      for (const warning of warnings) options.warn(warning);
      return undefined;
    }
    default:
      return assertNever(spec.type);
  }
}

function archiveAttributes({ attrs }: OutputSpec) {
  const { compression = 'gzip', tar = 'true' } = attrs;
  if (compression !== 'gzip' && compression !== 'uncompressed') {
    throw new AppError('BUILD_OUTPUT', `there is no compression '${compression}'`, {
      expected: 'gzip or uncompressed',
    });
  }
  return { compression, tar: tar !== 'false' } as const;
}

function destinationOf({ dest }: OutputSpec, { stdout }: BuildOptions): Destination {
  if (dest !== undefined && dest !== '-') return dest;
  if (stdout !== undefined) return stdout;
  throw new AppError('BUILD_OUTPUT', 'an archive needs a destination', { hint: 'add dest=FILE' });
}
