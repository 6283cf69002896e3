/** `copy`: images from place to place, to the byte. */
import type { CopyOptions, CopyResult } from '../api/index.ts';
import {
  archiveOptionsOf,
  blobsOf,
  chooseImage,
  collect,
  type ImageSource,
  layoutArchive,
  layoutDirectory,
  namedAs,
  openLayoutSource,
  openRegistrySource,
  REF_ANNOTATION,
  rootOf,
  storeDestination,
  withRoot,
  writeCollections,
} from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  formatReference,
  hostPlatform,
  type Platform,
  parsePlatform,
  parseReference,
  type RawManifest,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import { copyToRegistry, fetchImage, sourceInStore } from '../transfer/index.ts';
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
      return to.transport === 'store'
        ? await intoStore(work, { from, to })
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
  switch (place.transport) {
    case 'registry':
      return openRegistrySource(registries, place.reference, { signal });
    case 'store': {
      const name = formatReference(withDefaultTag(parseReference(place.text)));
      const [first, ...others] = store.images.variants(name);
      const images = [first ?? requireImage(store, place.text), ...others] as const;
      return sourceInStore(store, registries, images, { label: name, signal });
    }
    case 'oci':
    case 'oci-archive': {
      const layout = await openLayoutSource(place.path, archiveOptionsOf(store, signal));
      return withRoot(layout, place.name, `name one of its images: oci:${place.path}:TAG`);
    }
  }
}

async function intoPlace(
  { registries, source, options, platform }: Work,
  { from, to }: { readonly from: Place; readonly to: Exclude<Place, { transport: 'store' }> },
): Promise<CopyResult> {
  const { signal } = options;
  const onTransfer = transferHook(options.onEvent);
  if (to.transport === 'registry') {
    const mountFrom = from.transport === 'registry' ? from.reference : undefined;
    const settings = { reference: to.reference, mountFrom, platform, onTransfer, signal };
    return resultOf((await copyToRegistry(registries, source, settings)).root);
  }
  const { root, ...rest } = await collect(source, rootOf(source), { platform, signal });
  const settings = { onTransfer, signal };
  const layout =
    to.transport === 'oci' ? layoutDirectory(to.path, settings) : layoutArchive(to.path, settings);
  const annotations = to.name === undefined ? undefined : { [REF_ANNOTATION]: to.name };
  const descriptor = { ...root.descriptor, ...(annotations && { annotations }) };
  await writeCollections(layout, [{ ...rest, root: { ...root, descriptor } }]);
  return resultOf(root);
}

/** Of several platforms the store takes one, as a pull does. */
async function intoStore(
  { store, registries, source, options, platform }: Work,
  { from, to }: { readonly from: Place; readonly to: { readonly text: string } },
): Promise<CopyResult> {
  const { signal } = options;
  const wanted = { platform: platform ?? hostPlatform(), explicit: platform !== undefined, signal };
  const image = await chooseImage(source, rootOf(source), wanted);
  const onTransfer = transferHook(options.onEvent);
  if (from.transport === 'registry') {
    const settings = { from: from.reference, onTransfer, signal };
    const record = await fetchImage(store, registries, image, settings);
    store.images.tag(record.id, formatReference(withDefaultTag(parseReference(to.text))));
    await store.flush();
  } else {
    const root = { ...image, descriptor: namedAs(image.descriptor, to.text) };
    const collection = { root, manifests: [], blobs: blobsOf(image) };
    await writeCollections(storeDestination(store, { signal }), [collection]);
  }
  return resultOf(image);
}

function resultOf({ descriptor: { digest, mediaType } }: RawManifest): CopyResult {
  return { digest, mediaType };
}
