/** The protocol client against Debian's docker-registry, in the ways it can be set up. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, parseReference } from '../../src/oci/index.ts';
import { openRegistries } from '../../src/registry/index.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { blobOf, imageOf, pullBlob, pushImage } from '../support/registry-images.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry[Symbol.asyncDispose]());

describe('a registry', () => {
  it('takes and gives blobs and manifests', async () => {
    await using registries = openRegistries({ env: { HOME: registry.directory } });
    const bytes = randomBytes(3_000_000);
    const image = imageOf([bytes, randomBytes(10)]);
    const reference = parseReference(`${registry.name}/a/b:1`);
    await pushImage(registries, reference, image);
    expect(await registries.resolve(reference)).toEqual(image.manifest.descriptor);
    expect(await registries.manifest(reference)).toEqual(image.manifest);
    const { digest } = image.manifest.descriptor;
    expect(await registries.manifest({ ...reference, digest })).toEqual(image.manifest);
    expect(digestOf(await pullBlob(registries, reference, blobOf(bytes)))).toBe(digestOf(bytes));
  });
});
