/** Sources as a daemon gets them: images that no registry has come from this machine. */
import type { Environment } from '../../environment.ts';
import type { BlobShelf } from '../../fleet/index.ts';
import type { Graph, ImageSource, Vertex, VertexId } from '../../graph/index.ts';
import { type Blob, blobsOf, openStoreSource, repoDigests } from '../../image/index.ts';
import type { LlbSource } from '../../llb/index.ts';
import { type Descriptor, type Digest, parseReference } from '../../oci/index.ts';
import { knownHostKeys, sshHostOf } from '../../remote/index.ts';
import type { LazyLayer, Store } from '../../store/index.ts';

/** The name of the layout that this machine offers, in identifiers and as a store of the session. */
const LAYOUT = 'lamina';

/** Images of the store as a layout that the daemon reads. */
export class SentImages implements BlobShelf {
  readonly #store: Store;
  readonly #signal: AbortSignal;
  readonly #blobs = new Map<string, Blob>();

  constructor(store: Store, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
  }

  /** @returns the digest of the image's manifest in the layout */
  async add(imageId: Digest): Promise<Digest> {
    const record = this.#store.images.get(imageId);
    if (record === undefined) throw new Error(`image ${imageId} left the store during the build`);
    const lazy = new Map(
      record.layers.flatMap(({ id }) => {
        const one = this.#store.layers.get(id)?.lazy;
        return one === undefined ? [] : [[one.descriptor.digest, one] as const];
      }),
    );
    const source = await openStoreSource(this.#store, [record], {
      ...{ label: imageId, signal: this.#signal },
      elsewhere: (descriptor) => this.#elsewhere(descriptor, lazy.get(descriptor.digest)),
    });
    const [image] = source.images;
    if (image === undefined) throw new Error(`image ${imageId} has no manifest`);
    const manifest = {
      descriptor: image.descriptor,
      read: async function* () {
        yield image.bytes;
      },
    };
    for (const blob of [manifest, ...blobsOf(image)]) this.#blobs.set(blob.descriptor.digest, blob);
    return image.descriptor.digest;
  }

  size(digest: string): number | undefined {
    return this.#blobs.get(digest)?.descriptor.size;
  }

  async *read(digest: string, offset: number): AsyncGenerator<Uint8Array> {
    let left = offset;
    for await (const chunk of this.#blobs.get(digest)?.read() ?? []) {
      if (left < chunk.length) yield chunk.subarray(left);
      left = Math.max(0, left - chunk.length);
    }
  }

  #elsewhere(descriptor: Descriptor, lazy: LazyLayer | undefined): Blob | undefined {
    const { provider } = this.#store;
    if (provider === undefined || lazy === undefined) return undefined;
    return { descriptor, read: () => provider.fetch(lazy, { signal: this.#signal }) };
  }
}

/** Sources as the daemon of a session gets them. */
export type SourcesOf = (
  sessionId: string,
) => (source: LlbSource, vertex: VertexId | undefined) => LlbSource;

/** Prepares the sources of a graph for a session that offers `images` under `oci:lamina`. */
export async function sentSources(
  {
    store,
    images,
    env,
  }: {
    readonly store: Store;
    readonly images: SentImages;
    readonly env: Environment;
  },
  graph: Graph,
  needed: readonly Vertex[],
): Promise<SourcesOf> {
  const layouts = new Map<VertexId, string>();
  const hostKeys = new Map<string, string>();
  for (const { id, op } of needed) {
    const host = op.kind === 'git' ? sshHostOf(op.remote) : undefined;
    if (host !== undefined && !hostKeys.has(host)) {
      hostKeys.set(host, await knownHostKeys(host, env));
    }
    if (op.kind !== 'image') continue;
    const { image } = graph.info.get(id) ?? {};
    if (registryName(store, op.imageId, image) !== undefined) continue;
    if (store.images.get(op.imageId)?.layers.length === 0) continue;
    layouts.set(id, `oci-layout://${LAYOUT}/image@${await images.add(op.imageId)}`);
  }
  return (sessionId) => (source, vertex) => {
    if (source.identifier.startsWith('local://')) {
      const name = source.identifier.slice('local://'.length);
      // Without the session, builds that run at the same time would be given each other's directories.
      const attrs = { 'local.sharedkeyhint': name, 'local.session': sessionId };
      return { ...source, attrs: { ...source.attrs, ...attrs } };
    }
    if (source.identifier.startsWith('git://')) {
      const host = sshHostOf(source.attrs?.['git.fullurl'] ?? '');
      const login = host === undefined ? GIT_LOGINS : sshLogin(hostKeys.get(host) ?? '');
      return { ...source, attrs: { ...source.attrs, ...login } };
    }
    const identifier = vertex && layouts.get(vertex);
    if (identifier === undefined) return source;
    return { identifier, attrs: { 'oci.session': sessionId, 'oci.store': LAYOUT } };
  };
}

/** Names of secrets, as `RemoteLogins` has them; each with `.HOST` first. */
const GIT_LOGINS = {
  'git.authtokensecret': 'GIT_AUTH_TOKEN',
  'git.authheadersecret': 'GIT_AUTH_HEADER',
};

/** As on this machine: only the agent logs in, and a known host must have its key. */
function sshLogin(hostKeys: string): Record<string, string> {
  const known = hostKeys === '' ? {} : { 'git.knownsshhosts': hostKeys };
  return { 'git.mountsshsock': 'default', ...known };
}

/** @returns the repository that has the image; undefined: only this machine has it */
function registryName(
  store: Store,
  imageId: Digest,
  image: ImageSource | undefined,
): string | undefined {
  if (image?.reference === undefined) return undefined;
  const { registry, repository } = parseReference(image.reference);
  return repoDigests(store, imageId).find((name) => {
    const known = parseReference(name);
    return known.registry === registry && known.repository === repository;
  });
}
