/** One image of an OCI layout directory, for a named context: it gets no reference in the store. */
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeIndex,
  MEDIA_TYPES,
  type Platform,
} from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import { blobName, missing, readSmall } from '../archive/archive-blobs.ts';
import { type ArchiveSource, openSource } from '../archive/archive-source.ts';
import { REF_ANNOTATION, tagOf } from '../references.ts';
import { importImage } from '../store/import-image.ts';
import { ociImages } from './load-oci.ts';

export interface LayoutChoice {
  /** Undefined, without a digest: `latest`, or the only one there is. */
  readonly tag?: string | undefined;
  /** Of a manifest or an index. */
  readonly digest?: Digest | undefined;
  /** The image that an index is asked for; one that stands alone is taken as it is. */
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
  await using source = await openSource(directory, {
    temporaryDirectory: () => store.temporaryDirectory(),
    unpackLimit: store.unpackLimit,
    signal: choice.signal,
  });
  const descriptor = await chosen(source, choice);
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [descriptor] };
  const wanted = { platform: choice.platform, explicit: false, keepTars: true };
  const [image] = await ociImages(source, Buffer.from(JSON.stringify(index)), wanted);
  if (image === undefined) throw nothing(directory, 'no image of the wanted kind');
  const record = await importImage(store, image, { signal: choice.signal });
  // Later builds take it from the store.
  store.images.put(record);
  return record;
}

async function chosen(source: ArchiveSource, choice: LayoutChoice): Promise<Descriptor> {
  const bytes = await readSmall(source, 'index.json');
  if (bytes === undefined) throw nothing(source.label, 'no index.json');
  const { manifests } = decodeIndex(bytes);
  const { digest, tag } = choice;
  if (digest !== undefined) {
    const listed = manifests.find((one) => one.digest === digest);
    return withoutName(listed ?? (await describe(source, digest)));
  }
  const wanted = tag ?? 'latest';
  const named = manifests.findLast((one) => nameOf(one) === wanted);
  const only = tag === undefined && manifests.length === 1 ? manifests[0] : undefined;
  const found = named ?? only;
  if (found !== undefined) return withoutName(found);
  const names = manifests.flatMap((one) => nameOf(one) ?? []);
  throw nothing(source.label, `no image tagged '${wanted}'`, names);
}

function nameOf({ annotations }: Descriptor): string | undefined {
  const name = annotations?.[REF_ANNOTATION];
  return name === undefined || !/[/:]/.test(name) ? name : tagOf(name);
}

/** The name is not to become one of the store. */
function withoutName({ annotations: _, ...descriptor }: Descriptor): Descriptor {
  return descriptor;
}

/** A manifest that only another index names. */
async function describe(source: ArchiveSource, digest: Digest): Promise<Descriptor> {
  const name = blobName({ digest });
  const bytes = await readSmall(source, name);
  if (bytes === undefined) missing(source, name);
  const document: unknown = JSON.parse(bytes.toString('utf8'));
  const isIndex = typeof document === 'object' && document !== null && 'manifests' in document;
  const mediaType = isIndex ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
  return { mediaType, digest, size: bytes.length };
}

function nothing(directory: string, reason: string, names: readonly string[] = []): AppError {
  return new AppError('CONTEXT_LAYOUT', `the OCI layout '${directory}' has ${reason}`, {
    expected: names.length === 0 ? 'an OCI layout directory' : `one of ${names.join(', ')}`,
    hint: 'choose an image with oci-layout://DIR:tag or oci-layout://DIR@sha256:…',
  });
}
