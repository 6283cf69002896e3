import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { decodeImageConfig, decodeIndex, decodeManifest } from './decode.ts';
import { chainIds, digestOf, isDigest, parseDiffId, parseDigest } from './digest.ts';
import {
  isIndexType,
  isManifestType,
  layerCompression,
  layerMediaType,
  MEDIA_TYPES,
} from './media-types.ts';

const digest = digestOf('content');
const descriptor = { mediaType: MEDIA_TYPES.ociLayerGzip, digest, size: 7 };
const manifest = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPES.ociManifest,
  config: descriptor,
  layers: [descriptor],
};
const config = {
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['A=b'], Labels: null, 'x-own': 1 },
  rootfs: { type: 'layers', diff_ids: [digest] },
  own: { kept: true },
};

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const failure = (message: string): unknown =>
  expect.objectContaining({
    code: 'OCI_DOCUMENT_INVALID',
    message: expect.stringContaining(message),
  });

describe('decodeImageConfig', () => {
  it('keeps unknown members and drops null', () => {
    const decoded = decodeImageConfig(bytes({ ...config, history: null }));
    expect(decoded).toEqual({ ...config, config: { Env: ['A=b'], 'x-own': 1 } });
    expect(decodeImageConfig(canonicalJson(decoded))).toEqual(decoded);
  });

  it('drops null in the entries of the history and in the health check', () => {
    const { history, config: container } = decodeImageConfig(
      bytes({
        ...config,
        config: { Healthcheck: { Test: null, Retries: 1 } },
        history: [{ created_by: null, comment: 'c' }],
      }),
    );
    expect(history).toEqual([{ comment: 'c' }]);
    expect(container).toEqual({ Healthcheck: { Retries: 1 } });
  });

  it('refuses deeply nested values in any member', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const text = JSON.stringify({ ...config, own: 0 }).replace('"own":0', `"own":${deep}`);
    expect(() => decodeImageConfig(Buffer.from(text))).toThrow(failure('nested too deeply'));
  });

  it('reads an image without layers', () => {
    const decoded = decodeImageConfig(
      bytes({ ...config, rootfs: { type: 'layers', diff_ids: null } }),
    );
    expect(decoded.rootfs.diff_ids).toEqual([]);
  });

  it.each([
    [{ os: undefined }, 'at os: expected a text, found nothing'],
    [{ rootfs: undefined }, 'at rootfs: expected an object'],
    [{ rootfs: { type: 'other', diff_ids: [] } }, 'at rootfs.type'],
    [{ rootfs: { type: 'layers', diff_ids: ['x'] } }, 'at rootfs.diff_ids[0]: invalid digest "x"'],
    [{ config: { Env: [1] } }, 'at config.Env[0]: expected a text, found 1'],
    [{ config: { Cmd: 'sh' } }, 'at config.Cmd: expected a list, found "sh"'],
    [{ config: { Labels: { a: 1 } } }, 'at config.Labels.a'],
    [{ config: { Volumes: [] } }, 'at config.Volumes: expected an object'],
    [{ config: { Healthcheck: { Interval: 1.5 } } }, 'at config.Healthcheck.Interval'],
    [{ history: [{ empty_layer: 'yes' }] }, 'at history[0].empty_layer'],
  ])('refuses %j', (change, message) => {
    expect(() => decodeImageConfig(bytes({ ...config, ...change }))).toThrow(failure(message));
  });

  it('refuses everything but JSON objects', () => {
    expect(() => decodeImageConfig(Buffer.from('{'))).toThrow(failure('not JSON'));
    expect(() => decodeImageConfig(Buffer.from('"\xff"', 'latin1'))).toThrow(failure('not JSON'));
    expect(() => decodeImageConfig(bytes([]))).toThrow(failure('expected an object'));
  });

  it('does not take inherited members for real ones', () => {
    expect(() =>
      decodeImageConfig(Buffer.from('{"__proto__":{"os":"linux","architecture":"x"}}')),
    ).toThrow(failure('at os'));
  });
});

describe('decodeManifest and decodeIndex', () => {
  it('read what they should', () => {
    expect(decodeManifest(bytes(manifest))).toEqual(manifest);
    const index = {
      schemaVersion: 2,
      manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'arm' } }],
    };
    expect(decodeIndex(bytes(index), MEDIA_TYPES.dockerIndex)).toEqual({
      ...index,
      mediaType: MEDIA_TYPES.dockerIndex,
    });
    expect(decodeIndex(bytes({ schemaVersion: 2, manifests: null })).manifests).toEqual([]);
    const nulls = { annotations: null, urls: null, platform: null };
    const given = { ...manifest, annotations: null, layers: [{ ...descriptor, ...nulls }] };
    expect(decodeManifest(bytes(given))).toEqual(manifest);
    const listed = [{ ...descriptor, ...nulls }];
    expect(decodeIndex(bytes({ schemaVersion: 2, manifests: listed })).manifests).toEqual([
      descriptor,
    ]);
  });

  it.each([
    [{ schemaVersion: 1 }, 'images of the old version 1'],
    [{ config: undefined }, 'at config: expected an object'],
    [{ layers: [{ ...descriptor, size: -1 }] }, 'at layers[0].size'],
    [{ layers: [{ ...descriptor, digest: 'sha256:1' }] }, 'at layers[0].digest'],
    [{ annotations: { a: {} } }, 'at annotations.a'],
    [{ manifests: [] }, 'a manifest and not an index'],
  ])('refuse %j', (change, message) => {
    expect(() => decodeManifest(bytes({ ...manifest, ...change }))).toThrow(failure(message));
  });

  it('are told apart', () => {
    expect(() => decodeIndex(bytes(manifest))).toThrow(failure('an index and not a manifest'));
  });
});

describe('digests', () => {
  it('are sha256 in lower case', () => {
    expect(digest).toBe('sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73');
    expect(parseDigest(digest)).toBe(digest);
    expect(isDigest(digest.toUpperCase())).toBe(false);
  });

  it.each([
    ['sha256:AB'.padEnd(71, 'A'), 'DIGEST_INVALID', 'write the hexadecimal digits in lower case'],
    ['sha256:abc', 'DIGEST_INVALID', 'it has 3 hexadecimal digits instead of 64'],
    ['latest', 'DIGEST_INVALID', undefined],
    [`sha512:${'0'.repeat(128)}`, 'DIGEST_UNSUPPORTED', undefined],
  ])('refuse %s', (text, code, hint) => {
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code, hint }));
  });

  it('chain from the lowest layer up', () => {
    const [a, b] = [parseDiffId(digestOf('a')), parseDiffId(digestOf('b'))];
    expect(chainIds([a, b, a])).toEqual([
      a,
      digestOf(`${a} ${b}`),
      digestOf(`${digestOf(`${a} ${b}`)} ${a}`),
    ]);
    expect(chainIds([])).toEqual([]);
  });
});

describe('media types', () => {
  it.each([
    ['application/vnd.oci.image.layer.v1.tar', 'none'],
    ['application/vnd.oci.image.layer.v1.tar+gzip', 'gzip'],
    ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'gzip'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip'],
    ['application/vnd.docker.image.rootfs.diff.tar', 'none'],
    ['application/vnd.in-toto+json', undefined],
  ])('%s is a layer compressed by %s', (mediaType, compression) => {
    expect(layerCompression(mediaType)).toBe(compression);
  });

  it('name layers in both families', () => {
    expect(layerMediaType('gzip', 'docker')).toBe(MEDIA_TYPES.dockerLayerGzip);
    expect(layerMediaType('none')).toBe(MEDIA_TYPES.ociLayer);
    expect(isIndexType(MEDIA_TYPES.dockerIndex) && isManifestType(MEDIA_TYPES.ociManifest)).toBe(
      true,
    );
  });
});
