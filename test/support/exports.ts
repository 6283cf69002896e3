/** Exports of one image, with defaults for tests. */
import { type ExportedImage, type ExportOptions, exportImages } from '../../src/export/index.ts';
import type { ImageRecord, Store } from '../../src/store/index.ts';

type Options = ExportOptions & { readonly references?: readonly string[] };

export function exportOci(
  store: Store,
  image: ImageRecord,
  options: Options,
): Promise<ExportedImage> {
  return exportOne(store, image, { ...options, format: 'oci' });
}

export async function exportDocker(
  store: Store,
  images: readonly { readonly image: ImageRecord; readonly references: readonly string[] }[],
  options: ExportOptions,
): Promise<ExportedImage[]> {
  return exportImages(store, images, { ...options, format: 'docker' });
}

async function exportOne(
  store: Store,
  image: ImageRecord,
  { references = [], ...options }: Options & { readonly format: 'oci' | 'docker' },
): Promise<ExportedImage> {
  const [exported] = await exportImages(store, [{ image, references }], options);
  if (exported === undefined) throw new Error('an image that was exported has no result');
  return exported;
}
