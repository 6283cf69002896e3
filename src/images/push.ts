/** Pushes images of the store to registries. */
import type { PushedImage, PushOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { type ImageRecords, rememberRepoDigest, type TransferEvent } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  familiarName,
  formatPlatform,
  formatReference,
  parsePlatform,
  parseReference,
  type Reference,
  selectPlatform,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import { pushImages as push } from '../transfer/index.ts';
import { withRegistries } from './with-registries.ts';
import { withStore } from './with-store.ts';

export function pushImages(
  context: LaminaContext,
  options: PushOptions,
): Promise<readonly PushedImage[]> {
  const reference = parseReference(options.image);
  if (reference.digest !== undefined) {
    throw new AppError('REFERENCE_INVALID', 'cannot push a digest reference', {
      hint: 'give the image a tag with `lamina tag`, and push that',
    });
  }
  if (options.allTags === true && reference.tag !== undefined) {
    throw new AppError('REFERENCE_INVALID', "tag can't be used with --all-tags/-a", {
      hint: 'give the repository without a tag',
    });
  }
  return withStore(context, (store) =>
    withRegistries(context, options, async (registries) => {
      const names = options.allTags === true ? namesIn(store, reference) : [reference];
      if (names.length === 0) throw absent(reference);
      const pushed: PushedImage[] = [];
      for (const name of names) {
        pushed.push(await pushOne(store, registries, { ...options, name: withDefaultTag(name) }));
      }
      await store.flush();
      return pushed;
    }),
  );
}

function namesIn(store: Store, { registry, repository }: Reference): Reference[] {
  return store.images
    .list()
    .flatMap(({ id }) => store.images.references(id))
    .filter((name, position, all) => all.indexOf(name) === position)
    .map(parseReference)
    .filter((one) => one.registry === registry && one.repository === repository)
    .filter(({ tag }) => tag !== undefined)
    .sort((a, b) => (String(a.tag) < String(b.tag) ? -1 : 1));
}

async function pushOne(
  store: Store,
  registries: Registries,
  { name, platform, onEvent, signal }: PushOptions & { readonly name: Reference },
): Promise<PushedImage> {
  const images = imagesOf(store, name, platform);
  const tag = name.tag ?? '';
  onEvent?.({ kind: 'image', direction: 'out', name: `${name.registry}/${name.repository}`, tag });
  const onTransfer = onEvent && ((event: TransferEvent) => onEvent({ kind: 'blob', ...event }));
  const { digest, size } = await push(store, registries, images, {
    reference: name,
    onTransfer,
    signal,
  });
  const { registry, repository } = name;
  for (const { id } of images) rememberRepoDigest(store, id, { registry, repository, digest });
  return { reference: formatReference(name), tag, digest, size };
}

function imagesOf(store: Store, name: Reference, platform: string | undefined): ImageRecords {
  const images = store.images.variants(formatReference(name));
  const [first, ...others] = images;
  if (first === undefined) throw absent(name);
  if (platform === undefined) return [first, ...others];
  const wanted = parsePlatform(platform);
  const best = images[selectPlatform(wanted, images) ?? -1];
  if (best !== undefined) return [best];
  throw new AppError(
    'IMAGE_PLATFORM_MISMATCH',
    `${familiarName(name)} has no image for ${formatPlatform(wanted)} in the local store`,
    { expected: images.map(formatPlatform).join(', '), hint: 'choose one with --platform' },
  );
}

function absent(name: Reference): AppError {
  return new AppError(
    'IMAGE_NOT_FOUND',
    `an image does not exist locally with the tag: ${familiarName(name)}`,
    { hint: 'name an image with `lamina tag`, or build it with `lamina build -t`' },
  );
}
