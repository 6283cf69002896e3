/** An OCI layout, as a directory or a tar, as a place with images. */
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeIndex,
  decodeManifest,
  isIndexType,
  MEDIA_TYPES,
  type Reference,
} from '../../oci/index.ts';
import type { RemoteManifest } from '../../registry/index.ts';
import type { Store } from '../../store/index.ts';
import { blobName, readBlob, readDocument, readSmall } from '../archive/archive-blobs.ts';
import { type ArchiveSource, openSource } from '../archive/archive-source.ts';
import type { ImageSource } from '../transport.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const FULL_NAME = 'io.containerd.image.name';
/** Documents are small. */
const MAX_REFERRERS = 1000;

/**
 * @param name tag or full name in the layout's index, or a digest; undefined: the only image there is
 * @throws AppError ARCHIVE_…
 */
export async function openLayoutSource(
  store: Store,
  {
    path,
    name,
    signal,
  }: {
    readonly path: string;
    readonly name: string | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<ImageSource> {
  const source = await openSource(path, {
    temporaryDirectory: () => store.temporaryDirectory(),
    unpackLimit: store.unpackLimit,
    signal,
  });
  try {
    const index = await readSmall(source, 'index.json');
    if (index === undefined) throw noLayout(path);
    const { manifests } = decodeIndex(index);
    const root = chosen(manifests, { path, name });
    const reference: Reference = { registry: 'layout', repository: path, digest: root.digest };
    return {
      reference,
      content: {
        manifest: ({ digest }) => manifestOf(source, digest ?? root.digest, root),
        blob: (_repository, descriptor) => readBlob(source, descriptor),
        hasBlob: async (_repository, digest) =>
          (await source.size(blobName({ digest }))) !== undefined,
        referrers: (_repository, digest) => referrersIn(source, manifests, digest),
      },
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

interface Wanted {
  readonly path: string;
  readonly name: string | undefined;
}

function chosen(manifests: readonly Descriptor[], { path, name }: Wanted): Descriptor {
  const names = manifests.flatMap(({ annotations }) => annotations?.[REF_NAME] ?? []);
  const wanted = manifests.filter(({ digest, annotations }) =>
    name === undefined
      ? true
      : [digest, annotations?.[REF_NAME], annotations?.[FULL_NAME]].includes(name),
  );
  const [first] = wanted;
  const isOne = first !== undefined && wanted.every(({ digest }) => digest === first.digest);
  if (isOne) return first;
  const problem = name === undefined ? 'holds several images, or none' : `has no image '${name}'`;
  throw new AppError('ARCHIVE_NO_IMAGE', `${path} ${problem}`, {
    expected: names.length === 0 ? undefined : `one of ${[...new Set(names)].join(', ')}`,
    hint: `name one of its images: oci:${path}:TAG`,
  });
}

/** The bytes say what they are, where no descriptor does. */
async function manifestOf(
  source: ArchiveSource,
  digest: Digest,
  root: Descriptor,
): Promise<RemoteManifest> {
  const size = (await source.size(blobName({ digest }))) ?? 0;
  const bytes = await readDocument(source, { mediaType: '', digest, size });
  const named = digest === root.digest ? root.mediaType : undefined;
  const mediaType = named ?? typeOf(bytes);
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

function typeOf(bytes: Uint8Array): string {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (typeof document !== 'object' || document === null) return MEDIA_TYPES.ociManifest;
  if ('mediaType' in document && typeof document.mediaType === 'string') return document.mediaType;
  return 'manifests' in document ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
}

/** A layout names what refers to its manifests in its index, too. */
async function referrersIn(
  source: ArchiveSource,
  manifests: readonly Descriptor[],
  digest: Digest,
): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  for (const entry of manifests.slice(0, MAX_REFERRERS)) {
    if (isIndexType(entry.mediaType) || entry.digest === digest) continue;
    const bytes = await readDocument(source, entry);
    if (decodeManifest(bytes, entry.mediaType).subject?.digest === digest) found.push(entry);
  }
  return found;
}

function noLayout(path: string): AppError {
  return new AppError('ARCHIVE_NO_IMAGE', `${path} is no OCI layout: it has no index.json`, {
    hint: 'archives of `docker save` before version 25 are read by `lamina load`',
  });
}
