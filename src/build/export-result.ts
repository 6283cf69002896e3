/** A solved target becomes an image, and the image goes where it was asked for. */
import { assembleImage, type ExportedImage, manifestDescriptor } from '../export/index.ts';
import type { BuildPlan } from '../plan/index.ts';
import type { StepInfo } from '../progress/index.ts';
import type { VertexResult } from '../solver/index.ts';
import type { ImageRecord } from '../store/index.ts';
import type { BuildRun } from './build.ts';
import { asStep } from './internal-step.ts';
import type { BuildResult } from './options.ts';
import { outputsOf, writeOutput } from './outputs.ts';
import { internalStep } from './step-infos.ts';

export interface ExportInput {
  readonly plan: BuildPlan;
  readonly result: VertexResult;
  /** Normalised. */
  readonly references: readonly string[];
}

export interface ExportedResult {
  readonly result: Omit<BuildResult, 'summary' | 'warnings'>;
  /** How many of the image's layers are its base image's. */
  readonly baseLayers: number;
}

/** @throws AppError of assembling and of the outputs */
export async function exportResult(run: BuildRun, input: ExportInput): Promise<ExportedResult> {
  const outputs = outputsOf(run.options);
  if (outputs.every(({ type }) => type === 'cacheonly')) return cacheOnly(input);
  const keep = outputs.some(({ type }) => type === 'image');
  const step = internalStep('export', keep ? 'exporting to image' : 'exporting');
  return asStep({ ...run, step }, async (report) => {
    const known = new Set(run.store.images.list().map(({ id }) => id));
    const image = await assemble(run, input);
    report({ label: 'exporting layers', current: image.layers.length, unit: 'layers' });
    if (keep) for (const name of namesOf(run, input)) run.store.images.tag(image.id, name);
    await run.store.flush();
    const archives = await writeOutputs(run, image, { step, references: namesOf(run, input) });
    if (!keep && !known.has(image.id)) run.store.images.remove(image.id);
    return {
      baseLayers: image.layers.length - ownLayers(input),
      result: await describe(run, image, { input, archive: archives.at(-1) }),
    };
  });
}

function cacheOnly(input: ExportInput): ExportedResult {
  return {
    baseLayers: input.result.layers.length - ownLayers(input),
    result: {
      imageId: undefined,
      digest: undefined,
      descriptor: undefined,
      references: [],
      metadata: {},
    },
  };
}

function assemble(
  { store, options }: BuildRun,
  { plan, result }: ExportInput,
): Promise<ImageRecord> {
  const { base, config, platform, author, history } = plan.image;
  const record = base === undefined ? undefined : store.images.get(base.id);
  const layers = result.layers.slice(record?.layers.length ?? 0);
  let next = 0;
  return assembleImage(store, {
    config,
    platform,
    author,
    layers,
    epoch: options.sourceDateEpoch,
    base: base && record && { config: base.config, layers: record.layers },
    history: history.map((entry) => ({
      ...entry,
      layer: entry.emptyLayer ? undefined : layers[next++],
    })),
  });
}

function ownLayers({ plan }: ExportInput): number {
  return plan.image.history.filter(({ emptyLayer }) => !emptyLayer).length;
}

/** The tags, and the names given in the outputs themselves. */
function namesOf({ options }: BuildRun, { references }: ExportInput): readonly string[] {
  const named = outputsOf(options).flatMap(({ name }) => name?.split(',') ?? []);
  return [...new Set([...references, ...named])];
}

interface WriteInput {
  readonly step: StepInfo;
  readonly references: readonly string[];
}

async function writeOutputs(
  run: BuildRun,
  image: ImageRecord,
  { step, references }: WriteInput,
): Promise<readonly ExportedImage[]> {
  const { store, options, emit, now, warn } = run;
  const archives: ExportedImage[] = [];
  for (const output of outputsOf(options)) {
    const progress = { emit, step, now };
    const write = { store, image, references, build: options, progress, warn };
    const archive = await writeOutput(output, write);
    if (archive !== undefined) archives.push(archive);
  }
  return archives;
}

async function describe(
  run: BuildRun,
  image: ImageRecord,
  { input, archive }: { readonly input: ExportInput; readonly archive: ExportedImage | undefined },
): Promise<ExportedResult['result']> {
  const descriptor = archive?.descriptor ?? (await manifestDescriptor(run.store, image));
  const references = namesOf(run, input);
  return {
    imageId: image.id,
    digest: descriptor.digest,
    descriptor,
    references,
    metadata: {
      'containerimage.config.digest': image.id,
      'containerimage.descriptor': descriptor,
      'containerimage.digest': descriptor.digest,
      ...(references.length === 0 ? {} : { 'image.name': references.join(',') }),
    },
  };
}
