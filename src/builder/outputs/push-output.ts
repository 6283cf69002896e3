/** Pushes an image, or an index of images for several platforms, under each of its names. */
import type { WrittenOutput } from '../../api/index.ts';
import {
  allBlobsOf,
  type Bundle,
  bundleOf,
  collectionOf,
  type ImageRecords,
  knowBy,
  type OnTransfer,
  rememberRepoDigest,
} from '../../image/index.ts';
import { parseReference, type Reference, withDefaultTag } from '../../oci/index.ts';
import { openRegistries } from '../../registry/index.ts';
import { pushCollection } from '../../transfer/index.ts';
import type { Output, PushSettings } from './output.ts';
import { contentOf, type OutputResult, type WriteContext } from './write-context.ts';

type ImageOutput = Extract<Output, { kind: 'image' }>;

/** @throws AppError REGISTRY_… */
export async function pushOutput(
  { names, form, store: isKept }: ImageOutput,
  images: ImageRecords,
  context: WriteContext & { readonly push: PushSettings },
): Promise<OutputResult> {
  const { store, build, env, progress, push, attest } = context;
  const { signal } = build;
  const references = names.map(parseReference);
  const bundle = await bundleOf(store, images, {
    ...contentOf(form),
    attest: attest && ((image) => attest(names, image)),
    signal,
  });
  const { descriptor: root } = bundle.root;
  const insecure = push.insecure ? references.map(({ registry }) => registry) : [];
  const known = env.LAMINA_INSECURE_REGISTRIES ?? '';
  const environment = { ...env, LAMINA_INSECURE_REGISTRIES: [known, ...insecure].join(',') };
  await using registries = openRegistries({ env: environment, signal });
  for (const reference of references) {
    const { registry, repository } = reference;
    const target = push.byDigest ? { registry, repository } : withDefaultTag(reference);
    const onTransfer = pushProgress(progress, reference);
    const options = { reference: target, onTransfer, signal };
    await pushCollection(store, registries, collectionOf(bundle), options);
    for (const { id } of images) {
      if (isKept) rememberRepoDigest(store, id, { registry, repository, digest: root.digest });
    }
  }
  if (isKept) await knowAsPushed(bundle, images, context);
  const [{ manifest }] = bundle.images;
  const bytes = allBlobsOf(bundle).reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  return {
    image: { descriptor: root, imageId: manifest.config.digest, rank: 'pushed' },
    outputs: names.map((dest): WrittenOutput => {
      return { kind: 'registry', dest, isDirectory: false, bytes, files: undefined };
    }),
  };
}

/** From now on the store knows the image by its digest in registries. */
async function knowAsPushed(
  { images: contents }: Bundle,
  images: ImageRecords,
  { store }: WriteContext,
): Promise<void> {
  for (const [position, { id }] of images.entries()) {
    const content = contents[position];
    const record = store.images.get(id);
    // With estargz another image was pushed: its config names other layers.
    if (record === undefined || content?.manifest.config.digest !== id) continue;
    await knowBy(store, record, content);
  }
  await store.flush();
}

function pushProgress(
  progress: WriteContext['progress'],
  { registry, repository }: Reference,
): OnTransfer {
  const sent = new Map<string, { current: number; total: number; done: boolean }>();
  return ({ digest, state, current, total }) => {
    const done = state === 'done' || state === 'known' || state === 'mounted';
    sent.set(digest, { current: done ? total : current, total, done });
    const all = [...sent.values()];
    progress.emit({
      kind: 'step.status',
      time: progress.now(),
      step: progress.step,
      label: `pushing to ${registry}/${repository}`,
      current: all.reduce((sum, one) => sum + one.current, 0),
      total: all.reduce((sum, one) => sum + one.total, 0),
      unit: 'bytes',
      done: all.every((one) => one.done),
    });
  };
}
