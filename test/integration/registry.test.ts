/** The protocol client against Debian's docker-registry, in the ways it can be set up. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, parseReference } from '../../src/oci/index.ts';
import { openRegistries, type Registries } from '../../src/registry/index.ts';
import { endpointsOf } from '../../src/registry/lookups.ts';
import { makeCertificate } from '../support/certificates.ts';
import { keepLogins, passwordLogin, type TestLogins } from '../support/logins.ts';
import { PASSWORD, startRegistry, type TestRegistry, USER } from '../support/registry.ts';
import {
  blobOf,
  imageOf,
  indexOf,
  pullBlob,
  pushImage,
  readerOf,
} from '../support/registry-images.ts';
import { IDENTITY_TOKEN, startTokenServer } from '../support/token-server.ts';

const failing = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

const ALICE = { kind: 'password', username: USER, password: PASSWORD } as const;

/** An image goes there and comes back. */
async function roundTrip(registries: Registries, name: string): Promise<void> {
  const layer = randomBytes(3_000_000);
  const image = imageOf([layer, randomBytes(10)]);
  const { digest } = image.manifest.descriptor;
  const reference = parseReference(name);
  await pushImage(registries, reference, image);
  expect(await registries.resolve(reference)).toEqual(image.manifest.descriptor);
  expect(await registries.manifest({ ...reference, digest })).toEqual(image.manifest);
  expect(digestOf(await pullBlob(registries, reference, blobOf(layer)))).toBe(digestOf(layer));
}

/** This machine is trusted without a certificate; here it is treated as any other one. */
const verified: typeof endpointsOf = async (...about) =>
  (await endpointsOf(...about)).map((one) => ({ ...one, tls: { ...one.tls, skipVerify: false } }));

let nobody: TestLogins;
let registry: TestRegistry;
beforeAll(async () => {
  nobody = await keepLogins({});
  registry = await startRegistry();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await nobody[Symbol.asyncDispose]();
});

describe('a registry on this machine', () => {
  it('takes and gives images by plain HTTP', async () => {
    await using registries = openRegistries({ env: nobody.env });
    await roundTrip(registries, `${registry.name}/a/b:1`);
  });

  it('takes indexes, and names of digests', async () => {
    await using registries = openRegistries({ env: nobody.env });
    const images = [imageOf([randomBytes(10)]), imageOf([randomBytes(10)])];
    const repository = parseReference(`${registry.name}/indexed`);
    for (const image of images) {
      await pushImage(
        registries,
        { ...repository, digest: image.manifest.descriptor.digest },
        image,
      );
    }
    const index = indexOf(images.map(({ manifest }) => manifest));
    await registries.pushManifest({ ...repository, tag: 'both' }, index);
    expect(await registries.manifest({ ...repository, tag: 'both' })).toEqual(index);
  });

  it('does not take an index of manifests it does not have, and says so', async () => {
    await using registries = openRegistries({ env: nobody.env });
    const index = indexOf([imageOf([]).manifest]);
    await expect(
      registries.pushManifest(parseReference(`${registry.name}/a:1`), index),
    ).rejects.toThrow(failing('REGISTRY_REFUSED', 'blob unknown'));
  });

  it('mounts blobs from other repositories', async () => {
    await using registries = openRegistries({ env: nobody.env });
    const bytes = randomBytes(1000);
    const blob = blobOf(bytes);
    const from = { registry: registry.name, repository: 'mount/from' };
    const to = { registry: registry.name, repository: 'mount/to' };
    const read = readerOf(bytes);
    expect(await registries.pushBlob(from, blob, { read })).toBe('uploaded');
    expect(await registries.hasBlob(to, blob.digest)).toBe(false);
    const elsewhere = { registry: 'elsewhere.test', repository: 'mount/from' };
    const request = { read, mountFrom: [elsewhere, from] };
    expect(await registries.pushBlob(to, blob, request)).toBe('mounted');
    expect(await registries.hasBlob(to, blob.digest)).toBe(true);
    expect(await registries.pushBlob(to, blob, request)).toBe('exists');
  });

  it('has tags, and none for a name it does not know', async () => {
    await using registries = openRegistries({ env: nobody.env });
    const image = imageOf([randomBytes(10)]);
    const names = ['tagged:b', 'tagged:a'].map((name) =>
      parseReference(`${registry.name}/${name}`),
    );
    for (const name of names) await pushImage(registries, name, image);
    const tagsOf = async (repository: string) => {
      const tags: string[] = [];
      for await (const tag of registries.tags({ registry: registry.name, repository }))
        tags.push(tag);
      return tags.sort();
    };
    expect(await tagsOf('tagged')).toEqual(['a', 'b']);
    await expect(tagsOf('unknown')).rejects.toThrow(failing('REGISTRY_NOT_FOUND', '/unknown'));
  });

  it('lists what refers to an image under a tag, kept by two clients at the same time', async () => {
    await using registries = openRegistries({ env: nobody.env });
    const repository = parseReference(`${registry.name}/referred`);
    const image = imageOf([randomBytes(10)]);
    await pushImage(registries, { ...repository, tag: '1' }, image);
    const artifacts = ['a/x', 'b/y'].map((artifactType) =>
      imageOf([randomBytes(10)], {
        artifactType,
        subject: image.manifest.descriptor,
        annotations: { kind: artifactType },
      }),
    );
    await Promise.all(
      artifacts.map((artifact) =>
        pushImage(
          registries,
          { ...repository, digest: artifact.manifest.descriptor.digest },
          artifact,
        ),
      ),
    );
    const found = await registries.referrers(repository, image.manifest.descriptor.digest);
    const byType = (one: { artifactType?: string | undefined }) => one.artifactType ?? '';
    expect([...found].sort((a, b) => byType(a).localeCompare(byType(b)))).toEqual(
      artifacts.map(({ manifest }, position) => ({
        ...manifest.descriptor,
        artifactType: ['a/x', 'b/y'][position],
        annotations: { kind: ['a/x', 'b/y'][position] },
      })),
    );
  });

  it('does not have what it was never given', async () => {
    await using registries = openRegistries({ env: nobody.env });
    const reference = parseReference(`${registry.name}/missing:1`);
    for (const ask of [registries.resolve, registries.manifest]) {
      await expect(ask(reference)).rejects.toThrow(failing('REGISTRY_NOT_FOUND', '/missing:1'));
    }
    const blob = pullBlob(registries, reference, blobOf(randomBytes(3)));
    await expect(blob).rejects.toThrow(failing('REGISTRY_NOT_FOUND', 'blob unknown'));
  });
});

describe('a registry with a certificate of its own', () => {
  it('is trusted when the machine or its own directory says so, and not otherwise', async () => {
    await using certificate = await makeCertificate();
    const { certPath, keyPath, cert } = certificate;
    await using secure = await startRegistry({ tls: { cert: certPath, key: keyPath } });
    const name = `${secure.name}/a:1`;
    const env = { ...nobody.env, SSL_CERT_FILE: certPath };
    await using trusting = openRegistries({ env }, { endpointsOf: verified });
    await roundTrip(trusting, name);

    const certs = join(secure.directory, 'certs.d');
    await mkdir(join(certs, secure.name), { recursive: true });
    await writeFile(join(certs, secure.name, 'ca.crt'), cert);
    await using told = openRegistries(
      { env: { ...nobody.env, LAMINA_CERTS_D: certs } },
      { endpointsOf: verified },
    );
    await roundTrip(told, name);

    await using distrusting = openRegistries({ env: nobody.env }, { endpointsOf: verified });
    await expect(distrusting.resolve(parseReference(name))).rejects.toThrow(
      failing('REGISTRY_UNREACHABLE', 'self-signed certificate'),
    );
  });
});

describe('a registry with passwords', () => {
  it('lets in those who are known, and tells others to log in', async () => {
    await using guarded = await startRegistry({ basic: true });
    await using logins = await keepLogins({ [guarded.name]: passwordLogin(USER, PASSWORD) });
    await using known = openRegistries({ env: logins.env });
    await roundTrip(known, `${guarded.name}/a:1`);

    await using unknown = openRegistries({ env: nobody.env });
    const reference = parseReference(`${guarded.name}/a:1`);
    await expect(unknown.manifest(reference)).rejects.toThrow(
      failing('REGISTRY_UNAUTHORIZED', 'authentication required'),
    );
    await unknown.checkLogin(guarded.name, ALICE);
    const wrong = { ...ALICE, password: 'something else' };
    await expect(unknown.checkLogin(guarded.name, wrong)).rejects.toThrow(
      failing('REGISTRY_UNAUTHORIZED', USER),
    );
  });
});

describe('a registry with tokens', () => {
  it('gives to those who show them, for what they are for', async () => {
    await using tokens = await startTokenServer();
    await using guarded = await startRegistry({ token: tokens.settings });
    await using logins = await keepLogins({ [guarded.name]: passwordLogin(USER, PASSWORD) });
    await using known = openRegistries({ env: logins.env });
    await roundTrip(known, `${guarded.name}/public/a:1`);
    await roundTrip(known, `${guarded.name}/private/a:1`);
    const asked = new Set(tokens.scopes.map((scopes) => scopes.join(' ')));
    expect(asked.size).toBe(tokens.scopes.length);

    await using unknown = openRegistries({ env: nobody.env });
    await unknown.resolve(parseReference(`${guarded.name}/public/a:1`));
    await expect(unknown.manifest(parseReference(`${guarded.name}/private/a:1`))).rejects.toThrow(
      failing('REGISTRY_UNAUTHORIZED', 'requires a login'),
    );
    const pushing = pushImage(unknown, parseReference(`${guarded.name}/public/a:2`), imageOf([]));
    await expect(pushing).rejects.toThrow(failing('REGISTRY_UNAUTHORIZED'));
    await unknown.checkLogin(guarded.name, ALICE);
    const wrong = { ...ALICE, password: 'something else' };
    const refused = unknown.checkLogin(guarded.name, wrong);
    await expect(refused).rejects.toThrow(failing('REGISTRY_UNAUTHORIZED', 'wrong: Basic xxxxx'));
  });

  it('uses the token of a login, renews an expired one, and mounts', async () => {
    await using tokens = await startTokenServer();
    await using guarded = await startRegistry({ token: tokens.settings });
    await using logins = await keepLogins({
      [guarded.name]: { ...passwordLogin('<token>', ''), identitytoken: IDENTITY_TOKEN },
    });
    await using registries = openRegistries({ env: logins.env });
    tokens.expireNext(1);
    await roundTrip(registries, `${guarded.name}/private/a:1`);
    const bytes = randomBytes(100);
    const [from, to] = ['private/a', 'private/b'].map((repository) => ({
      registry: guarded.name,
      repository,
    }));
    if (from === undefined || to === undefined) throw new Error('two names');
    const request = { read: readerOf(bytes), mountFrom: [from] };
    await registries.pushBlob(from, blobOf(bytes), request);
    expect(await registries.pushBlob(to, blobOf(bytes), request)).toBe('mounted');
    expect(tokens.requests.every(({ method }) => method === 'POST')).toBe(true);
  });
});
