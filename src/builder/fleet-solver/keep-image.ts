/** Turns an exported image into layers of the store. Its config does not matter: the plan has it. */
import { decompress } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import type { Graph, Vertex } from '../../graph/index.ts';
import { type Image, rememberRepository } from '../../image/index.ts';
import {
  ensureLayers,
  importTar,
  layerTar,
  MergedTree,
  rememberIndependent,
} from '../../layers/index.ts';
import { chainIds, type DiffId, decodeImageConfig, decodeManifest } from '../../oci/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { BlobSource, LayerId, LayerMeta, Store } from '../../store/index.ts';
import type { PushTarget } from '../solver/solver.ts';
import type { ReceivedBlobs } from './received-blobs.ts';

/** Facts kind: digest of a blob that a builder sent → the layers made of it, by their chain ids. */
const LAYER_FACT = 'builderLayer';

/** Facts kind: digest of a blob that a builder pushed → the lazy layers of it, by their chain ids. */
const PUSHED_FACT = 'pushedLayer';

interface KeptLayer {
  readonly size: number;
  readonly layers: Readonly<Record<string, LayerId>>;
}

type Facts = Pick<Store, 'facts' | 'layers'>;

/** @returns bytes of a blob whose layer the store has */
export function keptBlobSize({ facts, layers }: Facts, digest: string): number | undefined {
  const kept = facts.get<KeptLayer>(LAYER_FACT, digest);
  if (kept === undefined) return undefined;
  const isHere = Object.values(kept.layers).some((id) => layers.get(id)?.tar === true);
  return isHere ? kept.size : undefined;
}

/** A layer of a built image. */
export interface ArrivedLayer {
  readonly diffId: DiffId;
  /** Of its blob. */
  readonly digest: string;
  /** Bytes of the blob. */
  readonly size: number;
  /** Its tar. Undefined: it was not sent, since the store has it. */
  readonly read: (() => AsyncIterable<Uint8Array>) | undefined;
  /** Called once the store has the layer. */
  readonly kept?: (() => Promise<void>) | undefined;
}

/** An image that arrived. */
export interface ArrivedImage {
  /** Bottom first. */
  readonly layers: readonly ArrivedLayer[];
  readonly configBytes: Uint8Array;
}

/** @throws AppError BUILDER_FAILED, OCI_… */
export async function arrivedImage(
  manifestDigest: string,
  blobs: ReceivedBlobs,
): Promise<ArrivedImage> {
  const manifest = decodeManifest(await blobs.document(manifestDigest));
  const configBytes = await blobs.document(manifest.config.digest);
  const diffIds = decodeImageConfig(configBytes).rootfs.diff_ids;
  if (manifest.layers.length !== diffIds.length) throw mixedUp();
  const layers = manifest.layers.flatMap(({ digest, size }, position) => {
    const diffId = diffIds[position];
    if (diffId === undefined) return [];
    const read = blobs.has(digest) ? () => decompress(blobs.read(digest, 0)) : undefined;
    return { diffId, digest, size, read, kept: () => blobs.drop(digest) };
  });
  return { layers, configBytes };
}

export interface KeepOptions {
  readonly store: Store;
  readonly plan: BuildPlan;
  /** The layers of the base image, bottom first. */
  readonly base: readonly LayerId[];
  readonly signal: AbortSignal;
}

/**
 * @param arrived bottom first, those of the base image included
 * @returns layers of the store
 * @throws AppError BUILDER_FAILED, LAYER_…, ARCHIVE_…
 */
export async function keepLayers(
  arrived: readonly ArrivedLayer[],
  { plan, base, ...options }: KeepOptions,
): Promise<readonly LayerId[]> {
  const chain = chainIds(arrived.map(({ diffId }) => diffId));
  const times = timesOf(plan.graph, plan.target);
  const layers: LayerId[] = [...base];
  if (arrived.length !== base.length + times.length) throw mixedUp();
  for (const [position, layer] of arrived.entries()) {
    const chainId = chain[position];
    if (position < base.length || chainId === undefined) continue;
    const kind = times.at(arrived.length - 1 - position) ?? 'clamp';
    layers.push(await keepLayer({ ...layer, chainId, times: kind, below: [...layers] }, options));
  }
  return layers;
}

/**
 * Records layers that are in a registry now, and that this machine need not have.
 * @returns layers of the store, those of the base image included
 */
export function recordPushed(
  { layers: pushed }: Image,
  { registry, repository }: PushTarget['repository'],
  { store, plan, base }: KeepOptions,
): readonly LayerId[] {
  const chain = chainIds(pushed.map(({ diffId }) => diffId));
  const times = timesOf(plan.graph, plan.target);
  if (pushed.length !== base.length + times.length) throw mixedUp();
  const source: BlobSource = { kind: 'registry', registry, repository };
  const added = pushed.slice(base.length).map(({ diffId, descriptor }, position) => {
    const { mediaType, digest, size } = descriptor;
    rememberRepository(store, digest, { registry, repository });
    const kind = times.at(times.length - 1 - position) ?? 'clamp';
    const name = `${chain[base.length + position]} ${kind}`;
    const kept = store.facts.get<KeptLayer>(PUSHED_FACT, digest);
    const known = kept?.layers[name];
    if (known !== undefined && store.layers.get(known) !== undefined) {
      store.layers.addSource(known, source);
      return known;
    }
    const blob = { mediaType, digest, size };
    const lazy = { diffId, descriptor: blob, sources: [source], isOfStep: true };
    const { id } = store.layers.recordLazy({ lazy, created: Date.now(), times: kind });
    const layers = { ...kept?.layers, [name]: id };
    store.facts.put(PUSHED_FACT, digest, { size, layers } satisfies KeptLayer);
    return id;
  });
  return [...base, ...added];
}

interface NewLayer extends ArrivedLayer {
  readonly chainId: string;
  readonly times: LayerMeta['times'];
  readonly below: readonly LayerId[];
}

async function keepLayer(
  layer: NewLayer,
  { store, signal }: Pick<KeepOptions, 'store' | 'signal'>,
): Promise<LayerId> {
  const { digest, size, diffId, chainId, times, below } = layer;
  const kept = store.facts.get<KeptLayer>(LAYER_FACT, digest);
  const name = `${chainId} ${times}`;
  const known = kept?.layers[name];
  if (known !== undefined && store.layers.get(known)?.tar === true) return known;
  const read = layer.read ?? (() => otherTar(store, kept, digest));
  const importing = (base: MergedTree | undefined) =>
    importTar(store, read(), { verify: diffId, base, times, signal });
  const isOpen = below.every((id) => store.layers.get(id)?.lazy === undefined);
  const imported = await importing(isOpen ? MergedTree.of(store, below) : undefined).catch(
    async (error: unknown) => {
      const needsBase =
        error instanceof AppError && error.code === 'LAYER_HARDLINK_TARGET_MISSING' && !isOpen;
      if (!needsBase) throw error;
      await ensureLayers(store, below, { signal });
      return importing(MergedTree.of(store, below));
    },
  );
  if (!imported.usesBase) rememberIndependent(store, diffId, imported.id);
  const layers = { ...kept?.layers, [name]: imported.id };
  store.facts.put(LAYER_FACT, digest, { size, layers } satisfies KeptLayer);
  await layer.kept?.();
  return imported.id;
}

/** The tar of a layer that came from the same blob, on other layers. */
function otherTar(
  store: Store,
  kept: KeptLayer | undefined,
  digest: string,
): AsyncIterable<Uint8Array> {
  const id = Object.values(kept?.layers ?? {}).find((one) => store.layers.get(one)?.tar === true);
  if (id !== undefined) return layerTar(store, id);
  throw new AppError('BUILDER_FAILED', `the builder did not send the layer ${digest}`, {
    hint: 'try again; if it happens again, the daemon does not work as BuildKit does',
  });
}

/** How an epoch changes the layers of the target's own steps, the topmost first. */
function timesOf(graph: Graph, target: BuildPlan['target']): readonly LayerMeta['times'][] {
  const times: LayerMeta['times'][] = [];
  for (let id: Vertex['inputs'][number] | undefined = target; id !== undefined; ) {
    const vertex: Vertex | undefined = id === 'scratch' ? undefined : graph.vertices.get(id);
    if (vertex === undefined || !MAKES_LAYER.has(vertex.op.kind)) break;
    times.push(vertex.op.kind === 'exec' ? 'clamp' : 'set');
    id = vertex.inputs[0];
  }
  return times;
}

const MAKES_LAYER: ReadonlySet<Vertex['op']['kind']> = new Set(['copy', 'mkdir', 'exec']);

function mixedUp(): AppError {
  return new AppError('BUILDER_FAILED', 'the builder sent an image with other layers than asked', {
    hint: 'the daemon does not work as BuildKit does',
  });
}
