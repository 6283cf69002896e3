import { describe, expect, it } from 'vitest';
import { parseDigest } from '../oci/index.ts';
import {
  attestationOf,
  type Bill,
  type BuildFacts,
  cyclonedxDocument,
  provenance,
  spdxDocument,
} from './index.ts';
import { imageUrl, packageUrl } from './package-url.ts';

const DIGEST = parseDigest(`sha256:${'ab'.repeat(32)}`);

const BILL: Bill = {
  name: 'team/app:1',
  digest: DIGEST,
  platform: 'linux/amd64',
  created: '2026-01-02T03:04:05Z',
  toolVersion: '1.2.3',
  distribution: { id: 'debian', version: '13' },
  packages: [
    { type: 'npm', name: '@scope/b', version: '2.0.0' },
    { type: 'deb', name: 'curl', version: '8.5.0-2+deb13u1' },
    { type: 'npm', name: '@scope/b', version: '2.0.0' },
  ],
};

describe('package URLs', () => {
  it.each([
    ['deb', 'curl', '1:8+x', 'pkg:deb/debian/curl@1:8%2Bx?distro=debian-13'],
    ['npm', '@scope/name', '1.0', 'pkg:npm/%40scope/name@1.0'],
    ['pypi', 'Flask_Login', '0.6', 'pkg:pypi/flask-login@0.6'],
    ['maven', 'org.slf4j:slf4j-api', '2.0', 'pkg:maven/org.slf4j/slf4j-api@2.0'],
    [
      'golang',
      'github.com/Masterminds/semver',
      'v3',
      'pkg:golang/github.com/masterminds/semver@v3',
    ],
    ['gem', 'rails', '8.0', 'pkg:gem/rails@8.0'],
  ])('%s %s', (type, name, version, expected) => {
    expect(packageUrl({ type, name, version }, BILL.distribution)).toBe(expected);
  });

  it('name images as Docker does', () => {
    expect(imageUrl('docker.io/library/app:1', 'linux/amd64')).toBe(
      'pkg:docker/app@1?platform=linux%2Famd64',
    );
    expect(imageUrl('localhost:5000/a/b', 'linux/arm64')).toBe(
      'pkg:docker/localhost:5000/a/b?platform=linux%2Farm64',
    );
  });
});

describe('bills of materials', () => {
  it('name each package once, in an order of their own', () => {
    const { packages, relationships } = spdxDocument(BILL);
    expect(packages).toMatchObject([
      { name: 'team/app:1', primaryPackagePurpose: 'CONTAINER' },
      { name: 'curl', versionInfo: '8.5.0-2+deb13u1' },
      { name: '@scope/b', externalRefs: [{ referenceLocator: 'pkg:npm/%40scope/b@2.0.0' }] },
    ]);
    expect(relationships).toHaveLength(3);
    expect(cyclonedxDocument(BILL)).toMatchObject({
      specVersion: '1.6',
      metadata: { component: { type: 'container', name: 'team/app:1' } },
      components: [
        { type: 'operating-system', name: 'debian' },
        { name: 'curl' },
        { name: '@scope/b' },
      ],
    });
  });

  it('are the same for the same image, whatever the order of its packages', () => {
    const reversed = { ...BILL, packages: [...BILL.packages].reverse() };
    expect(spdxDocument(reversed)).toEqual(spdxDocument(BILL));
    expect(cyclonedxDocument(reversed)).toEqual(cyclonedxDocument(BILL));
  });
});

const FACTS: BuildFacts = {
  mode: 'max',
  builderId: 'https://ci.example.com',
  builderPlatform: 'linux/amd64',
  buildId: 'one',
  startedOn: '2026-01-02T03:04:05Z',
  finishedOn: '2026-01-02T03:04:06Z',
  dockerfile: 'Dockerfile',
  contextUrl: undefined,
  target: 'prod',
  buildArgs: { VERSION: '1', TOKEN: 'canary' },
  labels: {},
  secrets: ['npmrc'],
  ssh: [],
  materials: [
    {
      kind: 'image',
      reference: 'docker.io/library/debian:13',
      platform: 'linux/amd64',
      digest: DIGEST,
    },
  ],
  isReproducible: true,
};

describe('provenance', () => {
  it('pins what the build used by digests', () => {
    expect(provenance(FACTS)).toMatchObject({
      buildDefinition: {
        externalParameters: {
          request: {
            args: { target: 'prod', 'build-arg:VERSION': '1' },
            secrets: [{ id: 'npmrc' }],
          },
        },
        resolvedDependencies: [
          {
            uri: 'pkg:docker/debian@13?platform=linux%2Famd64',
            digest: { sha256: 'ab'.repeat(32) },
          },
        ],
      },
      runDetails: { builder: { id: 'https://ci.example.com' } },
    });
  });

  it('of mode min has neither arguments nor secrets', () => {
    const text = JSON.stringify(provenance({ ...FACTS, mode: 'min' }));
    expect(text).not.toMatch(/canary|VERSION|npmrc/);
    expect(text).toContain('"target":"prod"');
  });
});

it('an attestation is a manifest that refers to its image', () => {
  const subject = {
    digest: DIGEST,
    references: ['docker.io/library/app:1'],
    platform: 'linux/amd64',
  };
  const { descriptor, bytes, blobs } = attestationOf(subject, [
    { type: 'https://x/y', content: { a: 1 } },
  ]);
  expect(descriptor).toMatchObject({
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.digest': DIGEST,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  });
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
    layers: [
      {
        mediaType: 'application/vnd.in-toto+json',
        annotations: { 'in-toto.io/predicate-type': 'https://x/y' },
      },
    ],
  });
  expect(blobs).toHaveLength(2);
});
