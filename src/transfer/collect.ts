/** Everything that belongs to a name: indexes whole, with attestations and with what refers to its manifests. */
import { AppError } from '../errors.ts';
import { type Blob, type ImageSource, isAttestation } from '../image/index.ts';
import {
  type Descriptor,
  type Digest,
  decodeIndex,
  decodeManifest,
  formatPlatform,
  formatReference,
  isIndexType,
  isManifestType,
  type Platform,
  type Reference,
  selectPlatform,
} from '../oci/index.ts';
import type { RemoteManifest } from '../registry/index.ts';

/** What has to be in a place for a name to be whole there. */
export interface Collection {
  readonly root: RemoteManifest;
  /** What is named before what names it; the root is among them. */
  readonly manifests: readonly RemoteManifest[];
  /** Each once. */
  readonly blobs: readonly Blob[];
}

export interface CollectOptions {
  /** Of an index only the image for this platform; undefined: all. */
  readonly platform?: Platform | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_DEPTH = 4;
const MAX_MANIFESTS = 1000;

/** @throws AppError REGISTRY_…, ARCHIVE_…, IMAGE_PLATFORM_MISMATCH, OCI_DOCUMENT_INVALID */
export async function collect(source: ImageSource, options: CollectOptions): Promise<Collection> {
  const collector = new Collector(source, options.signal);
  const found = await source.content.manifest(source.reference, { signal: options.signal });
  const root = await collector.chosen(found, options.platform);
  await collector.add(root, 0);
  return {
    root,
    manifests: [...collector.manifests.values()],
    blobs: [...collector.blobs.values()],
  };
}

class Collector {
  readonly manifests = new Map<Digest, RemoteManifest>();
  readonly blobs = new Map<Digest, Blob>();
  readonly #source: ImageSource;
  readonly #signal: AbortSignal | undefined;
  readonly #seen = new Set<Digest>();

  constructor(source: ImageSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  async chosen(root: RemoteManifest, platform: Platform | undefined): Promise<RemoteManifest> {
    if (platform === undefined || !isIndexType(root.descriptor.mediaType)) return root;
    const { manifests } = decodeIndex(root.bytes, root.descriptor.mediaType);
    const images = manifests.filter((entry) => !isAttestation(entry) && entry.platform);
    const offered = images.flatMap((entry) => entry.platform ?? []);
    const best = images[selectPlatform(platform, offered) ?? -1];
    if (best !== undefined) return this.#manifest(best.digest);
    throw new AppError(
      'IMAGE_PLATFORM_MISMATCH',
      `${formatReference(this.#source.reference)} has no image for ${formatPlatform(platform)}`,
      {
        expected: offered.map(formatPlatform).join(', '),
        hint: 'choose one with --platform, or leave it out to copy all',
      },
    );
  }

  async add(manifest: RemoteManifest, depth: number): Promise<void> {
    const { digest, mediaType } = manifest.descriptor;
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    if (depth > MAX_DEPTH || this.#seen.size > MAX_MANIFESTS) throw tooMuch(this.#source.reference);
    if (isIndexType(mediaType)) {
      const { manifests } = decodeIndex(manifest.bytes, mediaType);
      for (const entry of manifests) {
        if (!isIndexType(entry.mediaType) && !isManifestType(entry.mediaType)) this.#blob(entry);
        else await this.add(await this.#manifest(entry.digest), depth + 1);
      }
    } else {
      const { config, layers } = decodeManifest(manifest.bytes, mediaType);
      for (const descriptor of [config, ...layers]) {
        if (!(await this.#isForeign(descriptor))) this.#blob(descriptor);
      }
    }
    this.manifests.set(digest, manifest);
    for (const { digest: one } of await this.#source.content.referrers(
      this.#source.reference,
      digest,
    )) {
      await this.add(await this.#manifest(one), depth + 1);
    }
  }

  #blob(descriptor: Descriptor): void {
    const { content, reference } = this.#source;
    const signal = this.#signal;
    const read = () => content.blob(reference, descriptor, { signal });
    this.blobs.set(descriptor.digest, { descriptor, read });
  }

  /** Layers that may not be passed on lie elsewhere; if the source has them all the same, they are copied. */
  async #isForeign({ urls = [], digest }: Descriptor): Promise<boolean> {
    if (urls.length === 0) return false;
    const { content, reference } = this.#source;
    return !(await content.hasBlob(reference, digest, { signal: this.#signal }));
  }

  #manifest(digest: Digest): Promise<RemoteManifest> {
    const { registry, repository } = this.#source.reference;
    const signal = this.#signal;
    return this.#source.content.manifest({ registry, repository, digest }, { signal });
  }
}

function tooMuch(reference: Reference): AppError {
  return new AppError(
    'IMAGE_NOT_AN_IMAGE',
    `the indexes of ${formatReference(reference)} are nested too deeply or name too much`,
    { hint: 'this is nothing a container tool makes' },
  );
}
