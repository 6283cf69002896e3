/** Choosing an image of an index, and the errors if there is none. */
import { describe, expect, it } from 'vitest';
import { blobOf } from '../../test/support/registry-images.ts';
import {
  type Descriptor,
  MEDIA_TYPES,
  type Platform,
  parseReference,
  type RawManifest,
} from '../oci/index.ts';
import { chooseImage, rootOf } from './choose-image.ts';
import { openRegistrySource, type Readable } from './registry/registry-source.ts';

const REFERENCE = parseReference('registry.test/app:1');
const ARM = { os: 'linux', architecture: 'arm64' };

/** An in-memory registry; the last manifest put into it has the tag. */
class Shelf implements Readable {
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #types = new Map<string, string>();
  #last: Descriptor | undefined;

  put(document: unknown, mediaType: string): Descriptor {
    const bytes = Buffer.from(JSON.stringify(document));
    const descriptor = blobOf(bytes, mediaType);
    this.#bytes.set(descriptor.digest, bytes);
    this.#types.set(descriptor.digest, mediaType);
    this.#last = descriptor;
    return descriptor;
  }

  image(platform: Platform, size?: number): Descriptor {
    const rootfs = { type: 'layers', diff_ids: [] };
    const config = this.put({ ...platform, rootfs }, MEDIA_TYPES.ociConfig);
    const told = { ...config, size: size ?? config.size };
    return this.put({ schemaVersion: 2, config: told, layers: [] }, MEDIA_TYPES.ociManifest);
  }

  index(...manifests: Descriptor[]): Descriptor {
    return this.put({ schemaVersion: 2, manifests }, MEDIA_TYPES.ociIndex);
  }

  async manifest({ digest = this.#last?.digest ?? '' }: { digest?: string | undefined }) {
    const bytes = this.#bytes.get(digest) ?? Buffer.of();
    return { bytes, descriptor: blobOf(bytes, this.#types.get(digest)) } satisfies RawManifest;
  }

  async *blob(_repository: unknown, { digest }: Descriptor) {
    yield this.#bytes.get(digest) ?? Buffer.of();
  }

  async hasBlob(_repository: unknown, digest: string) {
    return this.#bytes.has(digest);
  }

  async referrers() {
    return [];
  }
}

async function resolve(shelf: Shelf, platform: Platform = ARM) {
  const source = await openRegistrySource(shelf, REFERENCE);
  return chooseImage(source, rootOf(source), { platform, explicit: true });
}

const failing = (code: string, more: Readonly<Record<string, unknown>>) =>
  expect.objectContaining({ code, ...more });

describe('an image', () => {
  it('is found in an index of an index', async () => {
    const shelf = new Shelf();
    const arm = shelf.image(ARM);
    shelf.index({ ...shelf.index({ ...arm, platform: ARM }), platform: ARM });
    expect((await resolve(shelf)).descriptor.digest).toBe(arm.digest);
  });

  it('is found by its config where an index does not tell the platforms', async () => {
    const shelf = new Shelf();
    const amd = shelf.image({ os: 'linux', architecture: 'amd64' });
    const arm = shelf.image(ARM);
    shelf.index(amd, arm);
    expect((await resolve(shelf)).descriptor.digest).toBe(arm.digest);
  });

  it('is not looked for in indexes without end', async () => {
    const shelf = new Shelf();
    let entry = { ...shelf.image(ARM), platform: ARM };
    for (let depth = 0; depth < 6; depth++) entry = { ...shelf.index(entry), platform: ARM };
    await expect(resolve(shelf)).rejects.toEqual(
      failing('OCI_DOCUMENT_INVALID', { message: expect.stringContaining('more than 4 levels') }),
    );
  });

  it('with an enormous config is refused for that', async () => {
    const shelf = new Shelf();
    shelf.image(ARM, 64 << 20);
    await expect(resolve(shelf)).rejects.toEqual(
      failing('OCI_DOCUMENT_INVALID', { message: expect.stringContaining('67108864 bytes') }),
    );
  });

  it('for another platform is told of with those that there are, up to a number', async () => {
    const shelf = new Shelf();
    const image = shelf.image(ARM);
    const platforms = Array.from({ length: 500 }, (_, number) => ({
      os: 'linux',
      architecture: `cpu${number}`,
    }));
    shelf.index(...platforms.map((platform) => ({ ...image, platform })));
    await expect(resolve(shelf)).rejects.toEqual(
      failing('IMAGE_PLATFORM_MISMATCH', {
        expected: expect.stringMatching(/linux\/cpu0, .*linux\/cpu19 and 480 more$/),
      }),
    );
  });
});
