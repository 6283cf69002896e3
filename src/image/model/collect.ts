/** Collects everything that belongs to an image or an index: attestations, and referrers of its manifests, too. */
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeManifest,
  formatPlatform,
  isIndexType,
  isManifestType,
  type Platform,
  type RawManifest,
  selectPlatform,
} from '../../oci/index.ts';
import { isAttestation } from './attestation.ts';
import type { Blob } from './image.ts';
import { decodedIndex } from './index-of.ts';
import type { ImageSource, ManifestName } from './transport.ts';

/** Everything that a destination needs for a root to be complete. */
export interface Collection {
  readonly root: RawManifest;
  /** Before the manifests that refer to them; without the root. */
  readonly manifests: readonly RawManifest[];
  /** Each once. */
  readonly blobs: readonly Blob[];
}

export interface CollectOptions {
  /** Only the image of an index for this platform; undefined: all. */
  readonly platform?: Platform | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_DEPTH = 4;
const MAX_MANIFESTS = 1000;

/** @throws AppError REGISTRY_…, ARCHIVE_…, IMAGE_PLATFORM_MISMATCH, OCI_DOCUMENT_INVALID */
export async function collect(
  source: ImageSource,
  named: ManifestName,
  { platform, signal }: CollectOptions,
): Promise<Collection> {
  const collector = new Collector(source, signal);
  const found = await source.manifest(named, { signal });
  const root = await collector.chosen(found, platform);
  await collector.add(root, 0);
  collector.manifests.delete(root.descriptor.digest);
  return {
    root,
    manifests: [...collector.manifests.values()],
    blobs: [...collector.blobs.values()],
  };
}

class Collector {
  readonly manifests = new Map<Digest, RawManifest>();
  readonly blobs = new Map<Digest, Blob>();
  readonly #source: ImageSource;
  readonly #signal: AbortSignal | undefined;
  readonly #seen = new Set<Digest>();

  constructor(source: ImageSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  async chosen(root: RawManifest, platform: Platform | undefined): Promise<RawManifest> {
    if (platform === undefined || !isIndexType(root.descriptor.mediaType)) return root;
    const { manifests } = decodedIndex(root).index;
    const images = manifests.filter((entry) => !isAttestation(entry) && entry.platform);
    const offered = images.flatMap((entry) => entry.platform ?? []);
    const best = images[selectPlatform(platform, offered) ?? -1];
    if (best !== undefined) return this.#manifest(best);
    throw new AppError(
      'IMAGE_PLATFORM_MISMATCH',
      `${this.#source.label} has no image for ${formatPlatform(platform)}`,
      {
        expected: offered.map(formatPlatform).join(', '),
        hint: 'choose one with --platform, or copy all without it',
      },
    );
  }

  async add(manifest: RawManifest, depth: number): Promise<void> {
    const { digest, mediaType } = manifest.descriptor;
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    if (depth > MAX_DEPTH || this.#seen.size > MAX_MANIFESTS) throw tooMuch(this.#source.label);
    if (isIndexType(mediaType)) {
      for (const entry of decodedIndex(manifest).index.manifests) {
        if (!isIndexType(entry.mediaType) && !isManifestType(entry.mediaType)) this.#blob(entry);
        else await this.add(await this.#manifest(entry), depth + 1);
      }
    } else {
      const { config, layers } = decodeManifest(manifest.bytes, mediaType);
      for (const descriptor of [config, ...layers]) {
        if (!(await this.#isForeign(descriptor))) this.#blob(descriptor);
      }
    }
    this.manifests.set(digest, manifest);
    for (const referring of await this.#source.referrers(digest)) {
      await this.add(await this.#manifest(referring), depth + 1);
    }
  }

  #blob(descriptor: Descriptor): void {
    const signal = this.#signal;
    const read = () => this.#source.blob(descriptor, { signal });
    this.blobs.set(descriptor.digest, { descriptor, read });
  }

  /** Layers that may not be distributed stay where they are; if the source has them anyway, they are copied. */
  async #isForeign({ urls = [], digest }: Descriptor): Promise<boolean> {
    if (urls.length === 0) return false;
    return !(await this.#source.hasBlob(digest, { signal: this.#signal }));
  }

  #manifest(name: ManifestName): Promise<RawManifest> {
    return this.#source.manifest(name, { signal: this.#signal });
  }
}

function tooMuch(label: string): AppError {
  return new AppError(
    'IMAGE_NOT_AN_IMAGE',
    `the indexes of ${label} are nested too deeply or are too large`,
    { hint: 'no container tool creates such an index' },
  );
}
