import { toJsonText } from '../../files/index.ts';
import type { Image } from '../../image/index.ts';
import { formatPlatform, imagePlatform } from '../../oci/index.ts';
import { estimateCost, type GivenRates, pullTimes, ratesWith } from '../cost/index.ts';
import { findLeftovers } from '../leftovers/index.ts';
import { diveFigures, duplicates, reclaimable, visibleTotals } from '../model/index.ts';
import { findPackages } from '../packages/index.ts';
import { findSecrets, masked, withoutSecrets } from '../secrets/index.ts';
import { largestDirectories, largestFiles } from './largest.ts';
import { layerInstructions } from './layer-history.ts';
import type { ScannedImage } from './scan-image.ts';
import { securityFindings } from './security.ts';
import type { ImageReport, ReportedBase, ReportedLayer, ReportedSecret } from './types.ts';

/** Where a layer comes from, where its build is known. */
export interface LayerSource {
  /** Undefined: what the history says counts. */
  readonly instruction: string | undefined;
  readonly stage: string | undefined;
  readonly line: number | undefined;
}

/** A stage of the build, by what an image of it would ship. */
export interface StageSize {
  readonly name: string;
  /** Of the files of all of its layers, those of its base among them. */
  readonly bytes: number;
}

export interface BaseImage {
  readonly name: string;
  readonly digest: string | null;
  /** Lowest layers of the image that are the base's. */
  readonly layers: number;
}

export interface ReportOptions {
  readonly names?: readonly string[] | undefined;
  /** By layer, bottom first. */
  readonly sources?: readonly (LayerSource | undefined)[] | undefined;
  readonly stages?: readonly StageSize[] | undefined;
  /** Bytes that a Dockerfile with a single stage would have shipped. */
  readonly singleStage?: number | undefined;
  readonly base?: BaseImage | undefined;
  /** In place of the defaults. */
  readonly rates?: GivenRates | undefined;
  /** Bytes of the blob of each layer, bottom first, where the image as it was opened names no compressed ones. */
  readonly compressed?: readonly (number | undefined)[] | undefined;
}

const MOST_LARGEST = 50;

/** @param scanned what `scanImage` read of the same image */
export async function makeReport(
  image: Image,
  scanned: ScannedImage,
  options: ReportOptions = {},
): Promise<ImageReport> {
  const { model } = scanned;
  const hidden = reclaimable(model);
  const layers = reportedLayers(image, scanned, { ...options, reclaimable: hidden.layers });
  const doubles = duplicates(model);
  const visible = visibleTotals(model);
  const { efficiency, wastedBytes, userWastedPercent } = diveFigures(model);
  const { config } = image;
  const security = securityFindings(model);
  const user = config.config?.User ?? '';
  const size = {
    unpacked: unpackedBytes(layers),
    visible: visible.bytes,
    compressed: compressedSize(image, layers),
    files: visible.files,
  };
  const rates = ratesWith(options.rates);
  return {
    image: {
      id: image.manifest.config.digest,
      names: options.names ?? [],
      platform: formatPlatform(imagePlatform(config)),
      created: config.created ?? null,
      user,
    },
    size,
    layers,
    reclaimable: {
      bytes: hidden.bytes,
      files: hidden.files.map((file) => ({ ...file, path: toJsonText(file.path) })),
    },
    duplicates: {
      bytes: doubles.bytes,
      groups: doubles.groups.map(({ bytes, paths }) => ({ bytes, paths: paths.map(toJsonText) })),
    },
    dive: { efficiency, wastedBytes, userWastedPercent },
    leftovers: findLeftovers(model).map((one) => ({ ...one, paths: one.paths.map(toJsonText) })),
    packages: await findPackages(model, scanned.packages),
    secrets: reportedSecrets(image, scanned, layers),
    security: {
      runsAsRoot: /^(?:|root|0+)(?::|$)/.test(user),
      shells: security.shells.map(toJsonText),
      packageManagers: security.packageManagers.map(toJsonText),
      setuid: security.setuid.map(toJsonText),
    },
    stages: (options.stages ?? []).map(({ name, bytes }) => ({
      ...{ name, bytes, factor: factor(bytes, size.unpacked) },
    })),
    singleStage:
      options.singleStage === undefined
        ? null
        : { bytes: options.singleStage, factor: factor(options.singleStage, size.unpacked) },
    findings: [],
    base: options.base === undefined ? null : reportedBase(options.base, layers),
    pull: pullTimes(size, rates),
    cost: estimateCost(size, rates),
    against: null,
    largest: {
      files: largestFiles(model, MOST_LARGEST).map((one) => ({
        ...one,
        path: toJsonText(one.path),
      })),
      directories: largestDirectories(model, MOST_LARGEST).map(({ path, bytes }) => ({
        ...{ path: toJsonText(path), bytes, layer: null },
      })),
    },
    problems: scanned.problems.map(({ layer, error }) => ({
      ...{ layer, code: error.code, message: error.message },
    })),
  };
}

interface LayerFacts extends ReportOptions {
  readonly reclaimable: readonly number[];
}

function reportedLayers(
  { layers, config }: Image,
  { model, secrets }: ScannedImage,
  { sources = [], compressed = [], reclaimable: hidden }: LayerFacts,
): ReportedLayer[] {
  const instructions = layerInstructions(config, layers.length);
  const shown = (text: string | null) =>
    text === null ? null : withoutSecrets(masked(text, secrets.own));
  return layers.map(({ diffId, descriptor }, index): ReportedLayer => {
    const { unpacked = 0, files = 0 } = model.layers[index] ?? {};
    const source = sources[index];
    const isCompressed = /gzip|zstd/.test(descriptor.mediaType);
    return {
      ...{ index, diffId, digest: descriptor.digest },
      instruction: shown(source?.instruction ?? instructions[index] ?? null),
      stage: source?.stage ?? null,
      line: source?.line ?? null,
      unpacked,
      compressed: isCompressed ? descriptor.size : (compressed[index] ?? null),
      reclaimable: hidden[index] ?? 0,
      files,
    };
  });
}

function unpackedBytes(layers: readonly ReportedLayer[]): number {
  return layers.reduce((sum, { unpacked }) => sum + unpacked, 0);
}

/** To three digits. */
function factor(bytes: number, own: number): number {
  return own === 0 ? 0 : Number((bytes / own).toPrecision(3));
}

function reportedBase(
  { name, digest, layers: shared }: BaseImage,
  layers: readonly ReportedLayer[],
): ReportedBase {
  const own = layers.slice(shared);
  const compressed = own.map((layer) => layer.compressed);
  return {
    ...{ name, digest, layers: shared },
    unique: {
      unpacked: unpackedBytes(own),
      compressed: compressed.reduce(
        (sum, bytes) => (sum === null || bytes === null ? null : sum + bytes),
        0,
      ),
    },
  };
}

function compressedSize(image: Image, layers: readonly ReportedLayer[]): number | null {
  let sum = image.configBytes.length + image.bytes.length;
  for (const { compressed } of layers) {
    if (compressed === null) return null;
    sum += compressed;
  }
  return sum;
}

function reportedSecrets(
  { config }: Image,
  { model, secrets }: ScannedImage,
  layers: readonly ReportedLayer[],
): ReportedSecret[] {
  return findSecrets(model, secrets, config).map((found) => ({
    kind: found.kind,
    layer: found.layer ?? null,
    path: found.path === undefined ? null : toJsonText(found.path),
    env: found.env ?? found.arg ?? null,
    label: found.label ?? null,
    member: found.member ?? null,
    history: found.history ?? null,
    line: found.layer === undefined ? null : (layers[found.layer]?.line ?? null),
    shipped: true,
    visible: found.visible ?? null,
  }));
}
