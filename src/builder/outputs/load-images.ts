/** `--load`: loads the result into the image store of Docker or Podman, in addition to our own. */
import type { WrittenOutput } from '../../api/index.ts';
import type { ByteSink } from '../../destination/index.ts';
import { exportBundle } from '../../export/index.ts';
import type { ImageRecords } from '../../image/index.ts';
import { formatPlatform, hostPlatform, selectPlatform } from '../../oci/index.ts';
import { findEngine } from './engine.ts';
import { measured } from './measured.ts';
import { epochOf, type Output } from './output.ts';
import { contentOf, type WriteContext } from './write-context.ts';

type LoadOutput = Extract<Output, { kind: 'load' }>;

/** Does nothing without an engine. @throws AppError EXPORT_ENGINE */
export async function loadImages(
  { names, form, times, context: name }: LoadOutput,
  images: ImageRecords,
  context: WriteContext,
): Promise<readonly WrittenOutput[]> {
  const { store, build, env, progress, warn } = context;
  const { signal } = build;
  const epoch = epochOf(build.sourceDateEpoch, times);
  const engine = await findEngine(env, name);
  if (engine === undefined) return [];
  const image = images[selectPlatform(hostPlatform(), images) ?? 0] ?? images[0];
  if (images.length > 1) {
    warn({
      code: 'BUILD_LOAD_PLATFORM',
      message: `${engine.name} loads only the image for ${formatPlatform(image)}`,
      hint: 'it loads one platform at a time; push the others to a registry',
    });
  }
  const sent = { bytes: 0 };
  const send = async (sink: ByteSink): Promise<void> => {
    const bundle = { images: [image] as const, references: names, content: contentOf(form) };
    const options = { format: 'docker', epoch, progress, signal } as const;
    const { bytes = 0 } = await measured(sink, (dest) =>
      exportBundle(store, bundle, { ...options, dest }),
    );
    sent.bytes = bytes;
  };
  await engine.load(send, signal);
  progress.emit({
    kind: 'step.status',
    time: progress.now(),
    step: progress.step,
    label: `loading into ${engine.name}`,
    current: image.layers.length,
    total: image.layers.length,
    unit: 'layers',
    done: true,
  });
  const { name: dest } = engine;
  return [{ kind: 'engine', dest, isDirectory: false, bytes: sent.bytes, files: undefined }];
}
