/** `copy`: images from place to place, to the byte. */
import type { CopyOptions, CopyResult } from '../api/index.ts';
import { type ImageSource, openLayoutSource, resolveImage } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  formatReference,
  hostPlatform,
  type Platform,
  parsePlatform,
  type Reference,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import {
  collect,
  fetchImage,
  importFrom,
  openStoreSource,
  writeToLayout,
  writeToRegistry,
} from '../transfer/index.ts';
import { type Place, parsePlace } from './places.ts';
import { transferHook } from './transfer-hook.ts';
import { withRegistries } from './with-registries.ts';
import { requireImage, withStore } from './with-store.ts';

export function copyImage(context: LaminaContext, options: CopyOptions): Promise<CopyResult> {
  const from = parsePlace(options.source);
  const to = parsePlace(options.destination);
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  return withStore(context, (store) =>
    withRegistries(context, options, async (registries) => {
      await using source = await openPlace(store, registries, { place: from, options });
      const work = { store, registries, source, options, platform };
      const isRemote = from.kind === 'registry';
      return to.kind === 'store'
        ? await intoStore(work, { to, isRemote })
        : await intoPlace(work, { from, to });
    }),
  );
}

interface Work {
  readonly store: Store;
  readonly registries: Registries;
  readonly source: ImageSource;
  readonly options: CopyOptions;
  readonly platform: Platform | undefined;
}

async function openPlace(
  store: Store,
  registries: Registries,
  { place, options }: { readonly place: Place; readonly options: CopyOptions },
): Promise<ImageSource> {
  const { signal } = options;
  switch (place.kind) {
    case 'registry':
      return {
        reference: place.reference,
        content: registries,
        async [Symbol.asyncDispose]() {},
      };
    case 'store': {
      const name = formatReference(place.reference);
      const found = store.images.variants(name);
      const images = found.length > 0 ? found : [requireImage(store, place.text)];
      return openStoreSource(store, registries, { images, reference: place.reference, signal });
    }
    case 'directory':
    case 'archive':
      return openLayoutSource(store, { path: place.path, name: place.name, signal });
  }
}

async function intoPlace(
  { registries, source, options, platform }: Work,
  { from, to }: { readonly from: Place; readonly to: Exclude<Place, { kind: 'store' }> },
): Promise<CopyResult> {
  const { signal } = options;
  const collection = await collect(source, { platform, signal });
  const onTransfer = transferHook(options.onEvent);
  if (to.kind === 'registry') {
    const mountFrom = from.kind === 'registry' ? source.reference : undefined;
    const settings = { reference: to.reference, mountFrom, onTransfer, signal };
    await writeToRegistry(registries, collection, settings);
  } else {
    const { kind, path, name: tag } = to;
    await writeToLayout(collection, { kind, path, tag, onTransfer, signal });
  }
  const { digest, mediaType } = collection.root.descriptor;
  return { digest, mediaType };
}

/** Of several platforms the store takes one, as a pull does. */
async function intoStore(
  { store, registries, source, options, platform }: Work,
  { to, isRemote }: { readonly to: { readonly reference: Reference }; readonly isRemote: boolean },
): Promise<CopyResult> {
  const { signal } = options;
  const wanted = { platform: platform ?? hostPlatform(), explicit: platform !== undefined, signal };
  const image = await resolveImage(source.content, source.reference, wanted);
  const onTransfer = transferHook(options.onEvent);
  const record = isRemote
    ? await fetchImage(store, registries, image, { onTransfer, signal })
    : await importFrom(store, source, image, { signal });
  store.images.tag(record.id, formatReference(withDefaultTag(to.reference)));
  await store.flush();
  const { digest, mediaType } = image.manifestDescriptor;
  return { digest, mediaType };
}
