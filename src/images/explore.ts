/** An image that was read once and stays open, to be looked into. */
import type { ImageModel, Version } from '../analysis/index.ts';
import type { ExploredImage, ExploreImageOptions } from '../api/index.ts';
import { type Image, readLayerFile } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { type BuildWithTimes, buildOf } from './known-build.ts';
import { lintFindings } from './lint-findings.ts';
import { scannedReport } from './report.ts';
import { withImage } from './with-image.ts';

export interface BuiltImage extends ExploredImage {
  readonly history: NonNullable<Image['config']['history']>;
  /** The newest build of the image, and when its steps last ran; undefined where none is on record. */
  readonly build: BuildWithTimes | undefined;
}

export function exploreImage(
  context: LaminaContext,
  options: ExploreImageOptions,
): Promise<BuiltImage> {
  return new Promise((resolve, reject) => {
    const opened = withImage(context, options, async (source) => {
      const { report: found, scanned } = await scannedReport(source, options);
      const findings = await lintFindings(context, source, found.layers);
      const report = { ...found, findings };
      const { model } = scanned;
      const { image } = source;
      // The image is closed when this function has ended.
      await new Promise<void>((close) => {
        resolve({
          ...{ report, model, history: image.config.history ?? [], build: buildOf(source) },
          read: (version, stop) => readVersion(image, { model, version, signal: stop }),
          async [Symbol.asyncDispose]() {
            close();
            await opened;
          },
        });
      });
    });
    opened.catch(reject);
  });
}

interface VersionToRead {
  readonly model: ImageModel;
  readonly version: Version;
  readonly signal: AbortSignal | undefined;
}

async function* readVersion(
  { layers }: Pick<Image, 'layers'>,
  { model, version, signal }: VersionToRead,
): AsyncGenerator<Uint8Array, void, undefined> {
  // The tar may link to a file of a lower layer: then the bytes are there.
  const owner = model.versions.owner(version);
  const layer = layers[model.versions.layer(owner)];
  if (layer === undefined) throw new Error(`no layer has version ${owner}`);
  for await (const chunk of readLayerFile(layer, linkedPaths(model, owner))) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

function linkedPaths(model: ImageModel, version: Version): ReadonlySet<string> {
  const { versions } = model;
  const group = versions.linkGroup(version);
  const paths = new Set([model.path(version)]);
  if (group < 0) return paths;
  for (const other of model.versionsOf(versions.layer(version))) {
    if (versions.linkGroup(other) === group) paths.add(model.path(other));
  }
  return paths;
}
