import { describe, expect, it } from 'vitest';
import { serve } from '../../test/support/http-server.ts';
import { clientFor, endpointAt } from '../../test/support/registry-endpoints.ts';
import { imageOf } from '../../test/support/registry-images.ts';
import { parseReference } from '../oci/index.ts';

const REPOSITORY = parseReference('registry.test/app:1');
const IMAGE = imageOf([]).manifest;

const failing = (code: string) => expect.objectContaining({ code });

describe('fallbacks and mirrors', () => {
  const serving = () =>
    serve((_request, response) =>
      response.writeHead(200, { 'content-type': IMAGE.descriptor.mediaType }).end(IMAGE.bytes),
    );

  it('uses the fallback only if the first endpoint cannot be reached', async () => {
    await using plain = await serving();
    const secure = endpointAt(plain.url.replace('http:', 'https:'));
    await using registries = clientFor([secure, { ...endpointAt(plain.url), isFallback: true }]);
    expect((await registries.manifest(REPOSITORY)).descriptor).toEqual(IMAGE.descriptor);
    expect((await registries.manifest(REPOSITORY)).descriptor).toEqual(IMAGE.descriptor);
    expect(plain.requests).toHaveLength(2);
  });

  it('does not use it if the first endpoint refuses', async () => {
    await using plain = await serving();
    await using server = await serve((_request, response) => response.writeHead(404).end());
    const ways = [endpointAt(server.url), { ...endpointAt(plain.url), isFallback: true }];
    await using registries = clientFor(ways);
    await expect(registries.manifest(REPOSITORY)).rejects.toThrow(failing('REGISTRY_NOT_FOUND'));
    expect(plain.requests).toHaveLength(0);
  });

  it('asks mirrors first, for what they serve, with the registry’s name', async () => {
    await using mirror = await serve((_request, response) => response.writeHead(500).end());
    await using server = await serving();
    const first = { ...endpointAt(mirror.url), isMirror: true, namespace: 'registry.test' };
    const own = { headers: { 'x-key': 'of the mirror' } };
    await using registries = clientFor([
      { ...first, ...own },
      { ...first, canResolve: false },
      endpointAt(server.url),
    ]);
    await registries.manifest(REPOSITORY);
    expect(mirror.requests.map(({ url, headers }) => `${url} ${headers['x-key']}`)).toEqual([
      '/v2/app/manifests/1?ns=registry.test of the mirror',
      '/v2/app/manifests/1?ns=registry.test of the mirror',
    ]);
    expect(server.requests[0]?.headers['x-key']).toBeUndefined();
  });

  it('asks a mirror for tags first for content of its tags, and last for everything else', async () => {
    await using mirror = await serving();
    await using server = await serve((_request, response) => response.writeHead(404).end());
    const endpoints = [
      { ...endpointAt(mirror.url), isMirror: true, digests: 'of tags' } as const,
      endpointAt(server.url),
    ];
    const { digest } = IMAGE.descriptor;
    const pinned = { ...REPOSITORY, tag: undefined, digest };
    await using other = clientFor(endpoints);
    expect((await other.manifest(pinned)).descriptor.digest).toBe(digest);
    expect([server.requests.length, mirror.requests.length]).toEqual([1, 1]);
    await using registries = clientFor(endpoints);
    await registries.manifest(REPOSITORY);
    await registries.manifest(pinned);
    expect([server.requests.length, mirror.requests.length]).toEqual([1, 3]);
  });

  it('asks no mirror for digests that only resolves tags', async () => {
    await using mirror = await serving();
    await using server = await serve((_request, response) => response.writeHead(404).end());
    const first = { ...endpointAt(mirror.url), isMirror: true, digests: 'none' } as const;
    await using registries = clientFor([first, endpointAt(server.url)]);
    const pinned = { ...REPOSITORY, tag: undefined, digest: IMAGE.descriptor.digest };
    await expect(registries.manifest(pinned)).rejects.toThrow(failing('REGISTRY_NOT_FOUND'));
    expect(mirror.requests).toHaveLength(0);
  });
});
