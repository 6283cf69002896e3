/** Reads all layers of an image, bottom first: as they stream from wherever it is, or by the indexes that the store has. */
import { decompress } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import type { BytePath } from '../../files/index.ts';
import type { Image, Layer } from '../../image/index.ts';
import {
  ContentDigests,
  type ContentReader,
  type IndexedLayer,
  type InspectContent,
  type LayerEntry,
  scanTar,
} from '../../layers/index.ts';
import { duplicateCandidates, ImageModel, type Version } from '../model/index.ts';
import { PackageContents } from '../packages/index.ts';
import { type SecretBytes, SecretContents } from '../secrets/index.ts';

export interface ScanImageOptions {
  /** The layer at a position, where it can be read by its index; the others stream. */
  readonly stored?: ((position: number) => IndexedLayer | undefined) | undefined;
  /** Secrets of the build to look for, in all their forms. */
  readonly secrets?: readonly SecretBytes[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The contents of all files are digested, not only where the image itself has something to compare them with. */
  readonly allDigests?: boolean | undefined;
  /** Called after each layer. */
  readonly onLayer?: ((layer: number) => void) | undefined;
}

/** A layer that could not be read to its end. */
export interface LayerProblem {
  readonly layer: number;
  readonly error: AppError;
}

export interface ScannedImage {
  readonly model: ImageModel;
  readonly packages: PackageContents;
  readonly secrets: SecretContents;
  /** What is in these layers is missing from the model. */
  readonly problems: readonly LayerProblem[];
}

/**
 * A layer that is damaged, is not what the config names, or cannot be had is a problem of the result, and the others are read all
 * the same. Nothing is stored.
 *
 * @throws the signal's reason
 */
export async function scanImage(
  image: Image,
  {
    stored = () => undefined,
    secrets: own,
    allDigests = false,
    signal,
    onLayer,
  }: ScanImageOptions = {},
): Promise<ScannedImage> {
  const model = new ImageModel();
  const packages = new PackageContents();
  const secrets = new SecretContents(own);
  const inspect = both(packages.inspect, secrets.inspect);
  const problems = new Problems(signal);
  const indexed = new Map<number, IndexedLayer>();
  for (const [position, layer] of image.layers.entries()) {
    const entries = await problems.guard(position, async () => {
      const known = stored(position);
      if (known === undefined) return streamed(layer, { model, inspect, signal });
      indexed.set(position, known);
      const found = await known.scan({ inspect, signal });
      return known.hasContentsApart ? withLinksBelow(found, layer, { model, signal }) : found;
    });
    model.addLayer(entries ?? []);
    onLayer?.(position);
  }
  const lacking = indexed.size === 0 ? [] : withoutDigest(model, allDigests);
  for (const [position, versions] of lacking) {
    const layer = indexed.get(position);
    if (layer === undefined) continue;
    await problems.guard(position, () => addDigests(model, { layer, versions, signal }));
  }
  return { model, packages, secrets, problems: problems.found };
}

interface Scanning {
  /** Of the layers below. */
  readonly model: ImageModel;
  readonly signal: AbortSignal | undefined;
}

interface Streaming extends Scanning {
  readonly inspect: InspectContent;
}

async function streamed(
  layer: Layer,
  { inspect, ...scanning }: Streaming,
): Promise<readonly LayerEntry[]> {
  const digests = new ContentDigests(inspect);
  const entries = await entriesOfTar(layer, scanning, digests);
  checkDiffId(layer, digests.identity().diffId);
  return entries;
}

async function entriesOfTar(
  layer: Layer,
  { model, signal }: Scanning,
  inspector?: ContentDigests,
): Promise<readonly LayerEntry[]> {
  const below = model.layers.length - 1;
  const base = { lookup: (path: BytePath) => model.lookup(path, below) };
  const tar = decompress(layer.read({ lend: true }));
  return (await scanTar(tar, { base, inspector, signal })).index.entries;
}

/** The store has copies of contents that a layer only links to: the tar tells them apart. */
async function withLinksBelow(
  entries: readonly LayerEntry[],
  layer: Layer,
  scanning: Scanning,
): Promise<readonly LayerEntry[]> {
  const links = new Map<BytePath, BytePath>();
  for (const entry of await entriesOfTar(layer, scanning)) {
    if (entry.kind === 'entry' && entry.linkBelow !== undefined) {
      links.set(entry.path, entry.linkBelow);
    }
  }
  return entries.map((entry) => {
    const linkBelow = links.get(entry.path);
    return entry.kind === 'whiteout' || linkBelow === undefined ? entry : { ...entry, linkBelow };
  });
}

function checkDiffId({ diffId, descriptor }: Layer, actual: string): void {
  if (diffId === actual) return;
  throw new AppError(
    'LAYER_DIFF_ID_MISMATCH',
    `the layer ${descriptor.digest} is ${actual}, but the image config says ${diffId}`,
    {
      hint: 'the image is damaged, or a faulty tool made it; get it again, or tell its publisher',
    },
  );
}

/** By layer: the versions on whose digest it depends whether a file is a duplicate, or a change. */
function withoutDigest(model: ImageModel, all: boolean): ReadonlyMap<number, readonly Version[]> {
  const { versions } = model;
  const wanted = new Set(all ? visibleFiles(model) : duplicateCandidates(model));
  for (const pair of model.undecided()) for (const version of pair) wanted.add(version);
  const found = new Map<number, Version[]>();
  for (const version of wanted) {
    if (versions.hasDigest(version)) continue;
    const layer = versions.layer(version);
    const others = found.get(layer);
    if (others === undefined) found.set(layer, [version]);
    else others.push(version);
  }
  return found;
}

function visibleFiles(model: ImageModel): Version[] {
  return [...model.visible()].filter((version) => model.versions.isFile(version));
}

interface Lacking {
  readonly layer: IndexedLayer;
  /** Of the layer. */
  readonly versions: readonly Version[];
  readonly signal: AbortSignal | undefined;
}

async function addDigests(model: ImageModel, { layer, versions, signal }: Lacking): Promise<void> {
  const byPath = new Map(versions.map((version) => [model.path(version), version]));
  for await (const [path, digest] of layer.digests([...byPath.keys()], signal)) {
    const version = byPath.get(path);
    if (version !== undefined) model.versions.setDigest(version, digest);
  }
}

/** At most one for each layer. */
class Problems {
  readonly found: LayerProblem[] = [];
  readonly #signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** @returns undefined for work that has failed */
  async guard<T>(layer: number, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      if (this.found.every((one) => one.layer !== layer)) this.found.push({ layer, error });
      return undefined;
    }
  }
}

function both(one: InspectContent, other: InspectContent): InspectContent {
  return (file) => {
    const readers = [one(file), other(file)].filter((reader) => reader !== undefined);
    return readers.length < 2 ? readers[0] : together(readers);
  };
}

function together(readers: readonly ContentReader[]): ContentReader {
  return {
    add: (bytes) => {
      for (const reader of readers) reader.add(bytes);
    },
    isDone: () => readers.every((reader) => reader.isDone?.() === true),
    end: (digest) => {
      for (const reader of readers) reader.end(digest);
    },
  };
}
