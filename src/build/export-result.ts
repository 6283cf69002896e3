/** A solved target becomes an image, and the image goes where it was asked for. */
import { assembleImage, type ExportedImage, manifestDescriptor } from '../export/index.ts';
import { hostPlatform, selectPlatform } from '../oci/index.ts';
import type { StepInfo } from '../progress/index.ts';
import type { ImageRecord } from '../store/index.ts';
import { asStep } from './internal-step.ts';
import type { BuildResult } from './options.ts';
import { outputsOf, writeOutput } from './outputs.ts';
import type { BuildRun } from './run.ts';
import { internalStep } from './step-infos.ts';
import type { BuiltPlan } from './summary.ts';

export interface ExportInput {
  /** One for each platform; at least one. */
  readonly built: readonly BuiltPlan[];
  /** Normalised. */
  readonly references: readonly string[];
}

export interface ExportedResult {
  readonly result: Omit<BuildResult, 'summary' | 'warnings'>;
  /** One for each platform; empty where no image was made. */
  readonly images: readonly ImageRecord[];
}

/** @throws AppError of assembling and of the outputs */
export async function exportResult(run: BuildRun, input: ExportInput): Promise<ExportedResult> {
  const outputs = outputsOf(run.options);
  if (outputs.every(({ type }) => type === 'cacheonly')) return NOTHING;
  const keep = outputs.some(({ type }) => type === 'image');
  const step = internalStep('export', keep ? 'exporting to image' : 'exporting');
  return asStep({ ...run, step }, async (report) => {
    const known = new Set(run.store.images.list().map(({ id }) => id));
    const images = await assembleAll(run, input);
    const layers = images.reduce((sum, image) => sum + image.layers.length, 0);
    report({ label: 'exporting layers', current: layers, unit: 'layers' });
    if (keep) nameImages(run, images, namesOf(run, input));
    await run.store.flush();
    const archives = await writeOutputs(run, images, { step, references: namesOf(run, input) });
    for (const { id } of images) if (!keep && !known.has(id)) run.store.images.remove(id);
    return { result: await describe(run, images, { input, archive: archives.at(-1) }), images };
  });
}

const NOTHING: ExportedResult = {
  result: {
    imageId: undefined,
    digest: undefined,
    descriptor: undefined,
    references: [],
    metadata: {},
  },
  images: [],
};

type Images = readonly [ImageRecord, ...ImageRecord[]];

async function assembleAll(run: BuildRun, { built }: ExportInput): Promise<Images> {
  const [first, ...more] = await Promise.all(built.map((one) => assemble(run, one)));
  if (first === undefined) throw new Error('a build has at least one platform');
  return [first, ...more];
}

/** Where only one of them can be meant it is this machine's, if that was built. */
function nameImages({ store }: BuildRun, images: Images, names: readonly string[]): void {
  const own = images[selectPlatform(hostPlatform(), images) ?? 0] ?? images[0];
  const others = images.filter((image) => image !== own).map(({ id }) => id);
  for (const name of names) store.images.tagVariants([own.id, ...others], name);
}

function assemble({ store, options }: BuildRun, { plan, result }: BuiltPlan): Promise<ImageRecord> {
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
  images: Images,
  { step, references }: WriteInput,
): Promise<readonly ExportedImage[]> {
  const { store, options, emit, now, warn } = run;
  const archives: ExportedImage[] = [];
  for (const output of outputsOf(options)) {
    const progress = { emit, step, now };
    const write = { store, images, references, build: options, progress, warn };
    const archive = await writeOutput(output, write);
    if (archive !== undefined) archives.push(archive);
  }
  return archives;
}

async function describe(
  run: BuildRun,
  images: Images,
  { input, archive }: { readonly input: ExportInput; readonly archive: ExportedImage | undefined },
): Promise<ExportedResult['result']> {
  const [image] = images;
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
