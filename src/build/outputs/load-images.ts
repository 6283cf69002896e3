/** `--load`: the result in the image store of Docker or Podman, beside our own. */
import { type ByteSink, exportBundle, type ImageRecords } from '../../export/index.ts';
import { formatPlatform, hostPlatform, selectPlatform } from '../../oci/index.ts';
import { findEngine } from './engine.ts';
import { epochOf, type Output } from './output.ts';
import { contentOf, type WriteContext } from './write-context.ts';

type LoadOutput = Extract<Output, { kind: 'load' }>;

/** Without an engine nothing is done. @throws AppError EXPORT_ENGINE */
export async function loadImages(
  { names, form, times, context: name }: LoadOutput,
  images: ImageRecords,
  context: WriteContext,
): Promise<void> {
  const { store, build, progress, warn } = context;
  const { signal, env = {} } = build;
  const epoch = epochOf(build.sourceDateEpoch, times);
  const engine = await findEngine(env, name);
  if (engine === undefined) return;
  const image = images[selectPlatform(hostPlatform(), images) ?? 0] ?? images[0];
  if (images.length > 1) {
    warn({
      code: 'BUILD_LOAD_PLATFORM',
      message: `${engine.name} was given the image for ${formatPlatform(image)} only`,
      hint: 'its archives hold an image for one platform; push the others to a registry',
    });
  }
  const send = async (sink: ByteSink): Promise<void> => {
    const bundle = { images: [image] as const, references: names, content: contentOf(form) };
    const options = { format: 'docker', dest: sink, epoch, progress, signal } as const;
    await exportBundle(store, bundle, options);
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
}
