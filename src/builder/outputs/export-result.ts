/** Turns a solved target into images, and writes these to the outputs. */

import type { BuildResult } from '../../api/index.ts';
import type { ImageRecords, LayerEncoding } from '../../image/index.ts';
import { ensureBlob } from '../../layers/index.ts';
import type { ImageRecord } from '../../store/index.ts';
import type { BuildCaches } from '../caches/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { BuiltPlan } from '../solver/built-plans.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import { assembleImages, timesKey } from './assemble-images.ts';
import type { BuildOrigin } from './attest.ts';
import { parseOutputs, writeOutputs } from './index.ts';
import type { ImageTimes, Output } from './output.ts';
import type { OutputResult, WriteContext } from './write-context.ts';

export interface ExportInput {
  /** One for each platform; at least one. */
  readonly built: readonly BuiltPlan[];
  readonly caches: BuildCaches;
  readonly origin: BuildOrigin;
}

export interface ExportedResult {
  readonly result: Omit<BuildResult, 'summary' | 'warnings' | 'buildId'>;
  /** One for each platform; empty if no image was made. */
  readonly images: readonly ImageRecord[];
}

const NOTHING: ExportedResult = {
  result: {
    imageId: undefined,
    digest: undefined,
    descriptor: undefined,
    references: [],
    outputs: [],
    metadata: {},
  },
  images: [],
};

/** @throws AppError of assembling and of the outputs */
export async function exportResult(run: BuildRun, input: ExportInput): Promise<ExportedResult> {
  const { outputs, warnings } = parseOutputs(run.options);
  for (const warning of warnings) run.warn(warning);
  const wanted = outputs.filter((output) => output.kind !== 'nothing');
  const [first] = wanted;
  if (first === undefined) return NOTHING;
  const { store, options, env, emit, now, warn } = run;
  const step = internalStep('export', wanted.some(isKept) ? 'exporting to image' : 'exporting');
  return asStep({ ...run, step }, async (report) => {
    const variants = await assembleVariants(run, input, wanted);
    const imagesFor = (times: ImageTimes) => variantFor(variants, timesKey(options, times));
    const images = imagesFor(first.times);
    const layers = images.reduce((sum, image) => sum + image.layers.length, 0);
    report({ label: 'exporting layers', current: layers, unit: 'layers' });
    await store.flush();
    const attest = await attestFor(run, input);
    const context = { store, build: options, env, progress: { emit, step, now }, warn, attest };
    // Bytes on standard output cannot be taken back.
    if (wanted.some((output) => 'dest' in output && output.dest === '-')) {
      await fetchLayers(run, [...variants.values()].flat());
    }
    const written = await writeOutputs(wanted, imagesFor, context);
    return { result: describe(images, written, namesOf(wanted)), images };
  });
}

/** Writes images that are complete already to the outputs. @throws AppError of the outputs */
export async function exportImages(
  run: BuildRun,
  images: readonly ImageRecord[],
): Promise<ExportedResult> {
  const { outputs, warnings } = parseOutputs(run.options);
  for (const warning of warnings) run.warn(warning);
  const wanted = outputs.filter((output) => output.kind !== 'nothing');
  const [image, ...more] = images;
  if (wanted.length === 0 || image === undefined) return NOTHING;
  const all: ImageRecords = [image, ...more];
  const { store, options, env, emit, now, warn } = run;
  const step = internalStep('export', wanted.some(isKept) ? 'exporting to image' : 'exporting');
  return asStep({ ...run, step }, async () => {
    await store.flush();
    const progress = { emit, step, now };
    const context = { store, build: options, env, progress, warn, attest: undefined };
    const written = await writeOutputs(wanted, () => all, context);
    return { result: describe(all, written, namesOf(wanted)), images: all };
  });
}

/** Loaded when asked for: it reads images, which a cached build does not. */
async function attestFor(
  run: BuildRun,
  { built, origin }: ExportInput,
): Promise<WriteContext['attest']> {
  const { attestations = [] } = run.options;
  if (attestations.length === 0) return undefined;
  const { attesting } = await import('./attest.ts');
  return attesting(run, built, origin);
}

/** Fetches lazy layers first, so that reading layers can fail only for faults of this machine. */
async function fetchLayers({ store, signal }: BuildRun, images: readonly ImageRecord[]) {
  const lazyLayers = images.flatMap(({ layers }) =>
    layers.flatMap(({ id }) => store.layers.get(id)?.lazy ?? []),
  );
  await Promise.all(lazyLayers.map((lazy) => ensureBlob(store, lazy, { signal })));
}

type Variants = ReadonlyMap<string, ImageRecords>;

async function assembleVariants(
  run: BuildRun,
  { built, caches }: ExportInput,
  outputs: readonly Exclude<Output, { kind: 'nothing' }>[],
): Promise<Variants> {
  const variants = new Map<string, ImageRecords>();
  for (const { times } of outputs) {
    const key = timesKey(run.options, times);
    if (variants.has(key)) continue;
    const alike = outputs.filter((output) => timesKey(run.options, output.times) === key);
    const encoding = alike.flatMap(encodingOf)[0];
    variants.set(key, await assembleImages(run, built, { times, encoding, caches }));
  }
  return variants;
}

/** Encoding of layers that leave the store; files are written without becoming blobs. */
function encodingOf(output: Output): readonly LayerEncoding[] {
  const leaves =
    output.kind === 'archive' || (output.kind === 'image' && output.push !== undefined);
  return leaves ? [output.form.encoding] : [];
}

function variantFor(variants: Variants, key: string): ImageRecords {
  const images = variants.get(key);
  if (images === undefined) throw new Error('an output wants images that were not made');
  return images;
}

function isKept(output: Output): output is Extract<Output, { kind: 'image' | 'load' }> {
  return output.kind === 'load' || (output.kind === 'image' && output.store);
}

/** All names given in outputs. */
function namesOf(outputs: readonly Output[]): readonly string[] {
  return [...new Set(outputs.flatMap((output) => ('names' in output ? output.names : [])))];
}

function describe(
  [image]: ImageRecords,
  { image: written, outputs }: OutputResult,
  references: readonly string[],
): ExportedResult['result'] {
  const { imageId = image.id, descriptor } = written ?? {};
  return {
    imageId,
    digest: descriptor?.digest,
    descriptor,
    references,
    outputs,
    metadata: {
      'containerimage.config.digest': imageId,
      ...(descriptor === undefined
        ? {}
        : {
            'containerimage.descriptor': descriptor,
            'containerimage.digest': descriptor.digest,
          }),
      ...(references.length === 0 ? {} : { 'image.name': references.join(',') }),
    },
  };
}
