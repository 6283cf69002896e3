/** Images that stay in the store, under their names. */
import { annotateImage, type ImageRecords, storedRoot } from '../../image/index.ts';
import { formatReference, hostPlatform, parseReference, selectPlatform } from '../../oci/index.ts';
import { imageAnnotations } from './annotations.ts';
import type { ImageForm } from './output.ts';
import type { WriteContext, Written } from './write-context.ts';

interface Kept {
  readonly names: readonly string[];
  readonly form: ImageForm;
  /** Also store each name with the digest. */
  readonly canonical: boolean;
}

/** Layers stay in the store as they were made; compression is for exports. */
export async function keepImages(
  { names, form, canonical }: Kept,
  images: ImageRecords,
  { store }: WriteContext,
): Promise<Written> {
  for (const image of images) {
    // A new draft if an earlier output has recorded it: others may have removed it since.
    store.images.draft(store.images.get(image.id) ?? image);
    await annotateImage(store, image, imageAnnotations(form.annotations, image).manifest ?? {});
  }
  const { descriptor } = await storedRoot(store, images);
  // If only one of them can have the name, it is this machine's, if that was built.
  const own = images[selectPlatform(hostPlatform(), images) ?? 0] ?? images[0];
  const others = images.filter((image) => image !== own).map(({ id }) => id);
  const { digest } = descriptor;
  const withDigest = names.map((name) => {
    const { registry, repository } = parseReference(name);
    return formatReference({ registry, repository, digest });
  });
  if (names.length === 0) {
    for (const image of images) store.images.put(store.images.get(image.id) ?? image);
  }
  for (const name of canonical ? [...names, ...withDigest] : names) {
    store.images.tagVariants([own.id, ...others], name);
  }
  await store.flush();
  return { descriptor, imageId: images[0].id, rank: 'stored' };
}
