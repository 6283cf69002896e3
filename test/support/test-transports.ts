/** Image transports for the shared suite: each with the real tool, in separate directories. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  type Collection,
  dockerArchiveDestination,
  type ImageSource,
  layoutArchive,
  layoutDirectory,
  namedAs,
  openImageSource,
  registryDestination,
  storeDestination,
  writeCollections,
} from '../../src/image/index.ts';
import { type Digest, digestHex, formatReference, parseReference } from '../../src/oci/index.ts';
import { openRegistries } from '../../src/registry/index.ts';
import { Store } from '../../src/store/index.ts';
import { startRegistry } from './registry.ts';
import { DockerDaemon, succeed } from './tools.ts';
import type { LayerForm } from './transport-images.ts';

export interface TestTransport extends AsyncDisposable {
  /** Directory for files of the test. */
  readonly directory: string;
  /** What the transport preserves: exact manifests, or only configs and the layers' tars. */
  readonly keeps: 'everything' | 'images' | 'files';
  /** Forms of layers that it supports; default: all. */
  readonly forms?: readonly LayerForm[] | undefined;
  /** @param named full references, one for each collection */
  write(named: readonly (readonly [name: string, Collection])[]): Promise<void>;
  open(name: string): Promise<ImageSource>;
  /** Changes a byte of a stored blob. */
  readonly damage?: ((digest: Digest) => Promise<void>) | undefined;
  readonly lose?: ((digest: Digest) => Promise<void>) | undefined;
  /** The file of an archive. */
  readonly archive?: string | undefined;
}

const env = { PATH: process.env.PATH };

/** Adds its name to each collection. */
function asNamed([name, { root, ...rest }]: readonly [string, Collection]): Collection {
  return { ...rest, root: { ...root, descriptor: namedAs(root.descriptor, name) } };
}

function tagIn(name: string): string {
  return parseReference(name).tag ?? 'latest';
}

async function ownDirectory(): Promise<[string, () => Promise<void>]> {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-transport-'));
  return [directory, () => rm(directory, { recursive: true, force: true })];
}

export async function layoutTransport(): Promise<TestTransport> {
  const [parent, remove] = await ownDirectory();
  const directory = join(parent, 'layout');
  const blob = (digest: Digest) => join(directory, 'blobs/sha256', digestHex(digest));
  return {
    directory: parent,
    keeps: 'everything',
    write: (named) => writeCollections(layoutDirectory(directory), named.map(asNamed)),
    open: (name) => openImageSource(`oci:${directory}:${tagIn(name)}`, { env }),
    damage: async (digest) => {
      const bytes = await readFile(blob(digest));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await writeFile(blob(digest), bytes);
    },
    lose: (digest) => rm(blob(digest)),
    [Symbol.asyncDispose]: remove,
  };
}

const WHOLE = { plain: (tar: Buffer) => tar, gzip: gzipSync, zstd: zstdCompressSync };

export async function archiveTransport(
  form: 'oci-archive' | 'docker-archive',
  compression: keyof typeof WHOLE,
): Promise<TestTransport> {
  const [parent, remove] = await ownDirectory();
  const archive = join(parent, 'images.tar');
  const destination = () => {
    const layout = layoutArchive(archive);
    return form === 'docker-archive' ? dockerArchiveDestination(layout) : layout;
  };
  const change = compression === 'plain' ? plainChanges(archive) : {};
  return {
    directory: parent,
    keeps: form === 'docker-archive' ? 'files' : 'everything',
    archive,
    async write(named) {
      await writeCollections(destination(), named.map(asNamed));
      await writeFile(archive, WHOLE[compression](await readFile(archive)));
    },
    open: (name) => {
      const known = form === 'docker-archive' ? name : tagIn(name);
      return openImageSource(`${form}:${archive}:${known}`, { env });
    },
    ...change,
    [Symbol.asyncDispose]: remove,
  };
}

/** Changes of an uncompressed tar. */
function plainChanges(archive: string): Pick<TestTransport, 'damage' | 'lose'> {
  const member = (digest: Digest) => `blobs/sha256/${digestHex(digest)}`;
  return {
    async damage(digest) {
      const bytes = await readFile(archive);
      const content = bytes.indexOf(`${member(digest)}\0`) + 512;
      bytes[content] = (bytes[content] ?? 0) ^ 1;
      await writeFile(archive, bytes);
    },
    async lose(digest) {
      await succeed('tar', ['--delete', '-f', archive, member(digest)]);
    },
  };
}

export async function registryTransport(): Promise<TestTransport> {
  const registry = await startRegistry();
  const registries = openRegistries({ env });
  const inRegistry = (name: string) => {
    const { repository, tag } = parseReference(name);
    return { registry: registry.name, repository: `of-tests/${repository}`, tag };
  };
  const blob = (digest: Digest) => {
    const hex = digestHex(digest);
    const root = join(registry.directory, 'content/docker/registry/v2/blobs/sha256');
    return join(root, hex.slice(0, 2), hex, 'data');
  };
  return {
    directory: registry.directory,
    keeps: 'everything',
    async write(named) {
      for (const [name, collection] of named) {
        const destination = registryDestination(registries, { reference: inRegistry(name) });
        await writeCollections(destination, [collection]);
      }
    },
    open: (name) => openImageSource(`docker://${formatReference(inRegistry(name))}`, { env }),
    damage: async (digest) => {
      const bytes = await readFile(blob(digest));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await writeFile(blob(digest), bytes);
    },
    lose: (digest) => rm(blob(digest)),
    async [Symbol.asyncDispose]() {
      await registries[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

export async function storeTransport(): Promise<TestTransport> {
  const [root, remove] = await ownDirectory();
  const openStore = () => Store.open({ root });
  const blob = (digest: Digest) => join(root, 'blobs/sha256', digestHex(digest));
  return {
    directory: root,
    keeps: 'images',
    async write(named) {
      await using store = await openStore();
      const destination = storeDestination(store, { keepTars: true });
      await writeCollections(destination, named.map(asNamed));
    },
    open: (name) => openImageSource(name, { env, openStore }),
    damage: async (digest) => {
      const bytes = await readFile(blob(digest));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await writeFile(blob(digest), bytes);
    },
    [Symbol.asyncDispose]: remove,
  };
}

/** A Docker daemon, filled by `docker load`. */
export async function daemonTransport(): Promise<TestTransport> {
  const [parent, remove] = await ownDirectory();
  const daemon = await DockerDaemon.start();
  const archive = join(parent, 'load.tar');
  return {
    directory: parent,
    keeps: 'files',
    // Docker 20.10 sometimes fails with zstd.
    forms: ['gzip', 'plain'],
    async write(named) {
      const destination = dockerArchiveDestination(layoutArchive(archive));
      await writeCollections(destination, named.map(asNamed));
      await daemon.docker('load', '-i', archive);
    },
    open: (name) =>
      openImageSource(`docker-daemon:${name}`, { env: { ...env, DOCKER_HOST: daemon.host } }),
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await remove();
    },
  };
}
