/** What is said of the images of a build: a bill of materials, and how they were built. */
import { storedLayers } from '../../analysis/index.ts';
import type { AttestationSpec } from '../../api/index.ts';
import {
  attestationOf,
  billOfImage,
  type Material,
  PROVENANCE_PREDICATE,
  type Predicate,
  provenance,
  SPDX_PREDICATE,
  spdxDocument,
  wholeSeconds,
} from '../../attestation/index.ts';
import type { Image } from '../../image/index.ts';
import { formatPlatform, hostPlatform, imagePlatform } from '../../oci/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { BuiltPlan } from '../solver/built-plans.ts';
import type { WriteContext } from './write-context.ts';

/** Where a build comes from. */
export interface BuildOrigin {
  readonly buildId: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Name of the Dockerfile. */
  readonly dockerfile: string;
}

/** Makes what `run.options.attestations` asks for. */
export function attesting(
  run: BuildRun,
  built: readonly BuiltPlan[],
  origin: BuildOrigin,
): NonNullable<WriteContext['attest']> {
  const { attestations = [] } = run.options;
  return async (names, image) => {
    const platform = formatPlatform(imagePlatform(image.config));
    const predicates = await Promise.all(
      attestations.map((spec) => predicateOf(spec, { run, built, origin, names, image, platform })),
    );
    const { digest } = image.descriptor;
    return attestationOf({ digest, references: names, platform }, predicates);
  };
}

interface Surroundings {
  readonly run: BuildRun;
  readonly built: readonly BuiltPlan[];
  readonly origin: BuildOrigin;
  readonly names: readonly string[];
  readonly image: Image;
  readonly platform: string;
}

async function predicateOf(spec: AttestationSpec, around: Surroundings): Promise<Predicate> {
  if (spec.type === 'sbom')
    return { type: SPDX_PREDICATE, content: spdxDocument(await bill(around)) };
  const { run, built, origin, platform } = around;
  const { options } = run;
  const content = provenance({
    mode: spec.mode,
    builderId: spec.builderId ?? '',
    builderPlatform: formatPlatform(hostPlatform()),
    buildId: origin.buildId,
    startedOn: wholeSeconds(origin.started),
    finishedOn: wholeSeconds(run.now()),
    dockerfile: origin.dockerfile,
    contextUrl: /^(?:https?|git|ssh):\/\//.test(options.context) ? options.context : undefined,
    target: options.target,
    buildArgs: options.buildArgs ?? {},
    labels: options.labels ?? {},
    secrets: (options.secrets ?? []).map(({ id }) => id),
    ssh: (options.ssh ?? []).map(({ id }) => id),
    materials: materialsOf(built, platform),
    isReproducible: options.sourceDateEpoch !== undefined,
  });
  return { type: PROVENANCE_PREDICATE, content };
}

async function bill({ run: { store, signal }, image, names: [name] }: Surroundings) {
  const record = store.images.get(image.manifest.config.digest);
  const stored = record && storedLayers(store, record);
  return (await billOfImage(image, name, { stored, signal })).bill;
}

/** The images and downloads that the build used, each once. */
function materialsOf(built: readonly BuiltPlan[], platform: string): readonly Material[] {
  const materials = built.flatMap(({ plan: { graph } }) =>
    [...graph.vertices].flatMap(([id, { op }]): Material[] => {
      if (op.kind === 'http' && op.checksum !== undefined) {
        return [{ kind: 'url', url: op.url, digest: op.checksum }];
      }
      const image = op.kind === 'image' ? graph.info.get(id)?.image : undefined;
      if (op.kind !== 'image' || image?.reference === undefined) return [];
      const digest = image.manifestDigest ?? op.imageId;
      return [{ kind: 'image', reference: image.reference, platform, digest }];
    }),
  );
  return [...new Map(materials.map((one) => [JSON.stringify(one), one])).values()];
}
