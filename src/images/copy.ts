/** `copy`: images from location to location, to the byte. */
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
import { type CopyLocation, parseLocation } from './copy-location.ts';
import { transferHook } from './transfer-hook.ts';
import { withRegistries } from './with-registries.ts';
import { requireImage, withStore } from './with-store.ts';

export function copyImage(context: LaminaContext, options: CopyOptions): Promise<CopyResult> {
  const from = parseLocation(options.source);
  const to = parseLocation(options.destination);
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  return withStore(context, (store) =>
    withRegistries(context, options, async (registries) => {
      await using source = await openLocation(store, registries, { location: from, options });
      const work = { store, registries, source, options, platform };
      return to.transport === 'store'
        ? await toStore(work, { from, to })
        : await toLocation(work, { from, to });
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

async function openLocation(
  store: Store,
  registries: Registries,
  { location, options }: { readonly location: CopyLocation; readonly options: CopyOptions },
): Promise<ImageSource> {
  const { signal } = options;
  switch (location.transport) {
    case 'registry':
      return openRegistrySource(registries, location.reference, { signal });
    case 'store': {
      const name = formatReference(withDefaultTag(parseReference(location.text)));
      const [first, ...others] = store.images.variants(name);
      const images = [first ?? requireImage(store, location.text), ...others] as const;
      return sourceInStore(store, registries, images, { label: name, signal });
    }
    case 'oci':
    case 'oci-archive': {
      const layout = await openLayoutSource(location.path, archiveOptionsOf(store, signal));
      return withRoot(layout, location.name, `name one of its images: oci:${location.path}:TAG`);
    }
  }
}

async function toLocation(
  { registries, source, options, platform }: Work,
  {
    from,
    to,
  }: { readonly from: CopyLocation; readonly to: Exclude<CopyLocation, { transport: 'store' }> },
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

/** The store takes the image for one platform, as with a pull. */
async function toStore(
  { store, registries, source, options, platform }: Work,
  { from, to }: { readonly from: CopyLocation; readonly to: { readonly text: string } },
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
