import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { digestOf, parseDiffId } from './digest.ts';
import { MEDIA_TYPES } from './media-types.ts';
import type { ImageConfig, Manifest } from './types.ts';

const diffId = parseDiffId(`sha256:${'1'.repeat(64)}`);

const config: ImageConfig = {
  rootfs: { diff_ids: [diffId], type: 'layers' },
  os: 'linux',
  history: [
    {
      empty_layer: true,
      created_by: 'RUN a && b <c> d',
      created: '1970-01-01T00:00:00Z',
      comment: '',
    },
  ],
  created: '1970-01-01T00:00:00Z',
  config: {
    Labels: { b: '2', a: '1' },
    WorkingDir: '/',
    Cmd: ['sh'],
    Env: ['PATH=/bin'],
    ExposedPorts: { '80/tcp': {} },
    Entrypoint: null,
    OnBuild: [],
    User: '',
    Healthcheck: { Retries: 0, Interval: 30_000_000_000, Test: ['CMD', 'true'] },
  },
  architecture: 'amd64',
};

describe('canonicalJson', () => {
  it('writes an image config as BuildKit does', () => {
    expect(canonicalJson(config).toString()).toBe(
      '{"architecture":"amd64","config":{"ExposedPorts":{"80/tcp":{}},"Env":["PATH=/bin"],"Cmd":["sh"],' +
        '"WorkingDir":"/","Labels":{"a":"1","b":"2"},"Healthcheck":{"Test":["CMD","true"],"Interval":30000000000}},' +
        '"created":"1970-01-01T00:00:00Z","history":[{"created":"1970-01-01T00:00:00Z",' +
        '"created_by":"RUN a \\u0026\\u0026 b \\u003cc\\u003e d","empty_layer":true}],"os":"linux",' +
        `"rootfs":{"type":"layers","diff_ids":["${diffId}"]}}`,
    );
  });

  it('keeps unknown members of a config, in the order of a sorted map', () => {
    const extended = {
      ...config,
      config: {},
      history: [],
      moby: { z: 0, a: null },
      variant: 'v8',
    };
    expect(canonicalJson(extended).toString()).toBe(
      '{"architecture":"amd64","config":{},"created":"1970-01-01T00:00:00Z","moby":{"a":null,"z":0},"os":"linux",' +
        `"rootfs":{"type":"layers","diff_ids":["${diffId}"]},"variant":"v8"}`,
    );
  });

  it('writes manifests and their descriptors in the order of their Go types', () => {
    const descriptor = { size: 2, digest: digestOf('{}'), mediaType: MEDIA_TYPES.ociConfig };
    const manifest: Manifest = {
      annotations: {},
      layers: [{ platform: { os: 'linux', architecture: 'arm', variant: '' }, ...descriptor }],
      config: { annotations: { b: '', a: '' }, ...descriptor },
      mediaType: MEDIA_TYPES.ociManifest,
      schemaVersion: 2,
    };
    const start = `{"mediaType":"${descriptor.mediaType}","digest":"${descriptor.digest}","size":2`;
    expect(canonicalJson(manifest).toString()).toBe(
      `{"schemaVersion":2,"mediaType":"${MEDIA_TYPES.ociManifest}","config":${start},"annotations":{"a":"","b":""}},` +
        `"layers":[${start},"platform":{"architecture":"arm","os":"linux"}}]}`,
    );
  });

  it('writes lists that must be there, even empty ones', () => {
    expect(canonicalJson({ manifests: [], schemaVersion: 2 }).toString()).toBe(
      '{"schemaVersion":2,"manifests":[]}',
    );
  });

  it('writes what JSON.parse reads back, whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = canonicalJson(value).toString();
        expect(canonicalJson(JSON.parse(text)).toString()).toBe(text);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
      }),
    );
    expect(canonicalJson({ b: 1, a: [undefined, null] }).toString()).toBe(
      '{"a":[null,null],"b":1}',
    );
  });

  it('sorts keys by their UTF-8 bytes', () => {
    expect(canonicalJson({ '\u{1f600}': 1, '\uffee': 2 }).toString()).toBe(
      '{"\uffee":2,"\u{1f600}":1}',
    );
  });
});
