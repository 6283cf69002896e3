/** One image of an OCI layout directory, for a named context: it gets no reference in the store. */
import { AppError } from '../errors.ts';
import type { Descriptor, Digest, Platform } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { readSmall } from './archive/archive-blobs.ts';
import { openArchive } from './archive/archive-reader.ts';
import { imagesIn } from './images-in.ts';
import { REF_ANNOTATION } from './model/references.ts';
import type { ImageSource } from './model/transport.ts';
import { rootsNamed, tagIn } from './named-root.ts';
import { layoutSource } from './oci-layout/layout-source.ts';
import { archiveOptionsOf } from './store/archive-options.ts';
import { importImage } from './store/import-image.ts';

export interface LayoutChoice {
  /** Undefined, without a digest: `latest`, or the only one. */
  readonly tag?: string | undefined;
  /** Of a manifest or an index. */
  readonly digest?: Digest | undefined;
  /** The image to take from an index; a single image is taken as it is. */
  readonly platform: Platform;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Imports an image of a layout unless the store has it.
 *
 * @throws AppError CONTEXT_LAYOUT, and those of loading archives
 */
export async function loadLayoutImage(
  store: Store,
  directory: string,
  choice: LayoutChoice,
): Promise<ImageRecord> {
  const { platform, signal } = choice;
  await using archive = await openArchive(directory, archiveOptionsOf(store, signal));
  const index = await readSmall(archive, 'index.json');
  if (index === undefined) throw nothing(directory, 'no index.json');
  const source = layoutSource(archive, index);
  const root = await chosen(source, choice);
  const wanted = { platform, explicit: false, signal };
  const [found] = await imagesIn({ ...source, roots: [root] }, wanted);
  if (found === undefined) throw nothing(directory, 'no image of the requested kind');
  const record = await importImage(store, found.image, { keepTars: true, signal });
  // Later builds use it from the store.
  store.images.put(record);
  return record;
}

async function chosen(source: ImageSource, { digest, tag }: LayoutChoice): Promise<Descriptor> {
  const { roots } = source;
  if (digest !== undefined) {
    const listed = roots.find((one) => one.digest === digest);
    // It may be a manifest that only another index contains.
    return withoutName(listed ?? (await source.manifest({ digest })).descriptor);
  }
  const wanted = tag ?? 'latest';
  const named = rootsNamed(roots, wanted).at(-1);
  const only = tag === undefined && roots.length === 1 ? roots[0] : undefined;
  const found = named ?? only;
  if (found !== undefined) return withoutName(found);
  const names = roots.flatMap(({ annotations }) => annotations?.[REF_ANNOTATION] ?? []);
  throw nothing(source.label, `no image tagged '${wanted}'`, names.map(tagIn));
}

/** The name must not become one of the store. */
function withoutName({ annotations: _, ...descriptor }: Descriptor): Descriptor {
  return descriptor;
}

function nothing(directory: string, reason: string, names: readonly string[] = []): AppError {
  return new AppError('CONTEXT_LAYOUT', `the OCI layout '${directory}' has ${reason}`, {
    expected: names.length === 0 ? 'an OCI layout directory' : `one of ${names.join(', ')}`,
    hint: 'choose an image with oci-layout://DIR:tag or oci-layout://DIR@sha256:…',
  });
}
