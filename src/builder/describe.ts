/** Descriptions of a Dockerfile without a build: `--call=check`, `outline`, `targets`. */

import type {
  BuildOptions,
  CheckResult,
  CheckWarning,
  OutlineResult,
  TargetsResult,
} from '../api/index.ts';
import { readDockerfile, readInstructions } from '../dockerfile/index.ts';
import { AppError, type Warning } from '../errors.ts';
import { reachable, type Vertex } from '../graph/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import type { Survey } from '../lint/index.ts';
import { digestOf } from '../oci/index.ts';
import { outlineOf, targetsOf } from '../outline/index.ts';
import type { BaseImage, ResolveImage } from '../plan/index.ts';
import { type Store, useStore } from '../store/index.ts';
import { registriesOf } from '../transfer/index.ts';
import { askForBases } from './bases/ask-for-bases.ts';
import { AskedImages } from './bases/asked-images.ts';
import { imageResolver } from './bases/base-images.ts';
import { storeOf } from './build.ts';
import { fetchContext } from './contexts/fetched-context.ts';
import { sourcesOf } from './contexts/open-contexts.ts';
import { type Definition, readDefinition } from './definition/definition.ts';
import { lintFacts, SeenImages } from './plans/checks.ts';
import { makePlans } from './plans/make-plans.ts';
import { type BuildRun, beginRun } from './run/build-run.ts';

/** @throws AppError DOCKERFILE_…, CONTEXT_…: when the file cannot be read */
export async function check(context: LaminaContext, options: BuildOptions): Promise<CheckResult> {
  try {
    return await described(context, options, checked);
  } catch (error) {
    return await unparsed(error, options);
  }
}

async function checked(described: Described): Promise<CheckResult> {
  const { run, definition, images, asked } = described;
  const { target } = run.options;
  const wantsAllStages = target === undefined || target === '';
  const facts = { ...lintFacts(run, definition, images), wantsAllStages };
  const failure = await askForBases(definition, facts, { run, images, asked });
  const planning = await planningError(described, { everyStage: wantsAllStages });
  const { lintDockerfile } = await import('../lint/index.ts');
  const found = lintDockerfile(definition, facts);
  return {
    warnings: (await Promise.all(found.map(explained))).flat(),
    error: planning ?? failure,
    skipped: asked.skipped,
    source: sourceOf(definition),
  };
}

/** The error of a file that cannot be parsed, and what the checks find in the instructions that can. */
async function unparsed(error: unknown, options: BuildOptions): Promise<CheckResult> {
  if (!(error instanceof AppError) || error.location === undefined) throw error;
  const { file, text } = error.location;
  const { tree } = readDockerfile(text, { file });
  const { instructions, warnings } = readInstructions(tree);
  const first = instructions.findIndex(({ kind }) => kind === 'from');
  const valid = instructions.filter(({ kind }, index) => kind === 'arg' || index >= first);
  const definition = { contexts: new Map(), ignoreFile: () => undefined, instructions: valid };
  const facts = lintFacts({ options }, definition, { configOf: () => undefined });
  const { lintDockerfile } = await import('../lint/index.ts');
  const input = { tree, instructions: valid, warnings };
  const found = first < 0 ? [] : lintDockerfile(input, { ...facts, wantsAllStages: true });
  return {
    warnings: (await Promise.all(found.map(explained))).flat(),
    ...{ error, skipped: [], source: { file, text } },
  };
}

/** @throws AppError DOCKERFILE_…, CONTEXT_…, PLAN_… */
export function outline(context: LaminaContext, options: BuildOptions): Promise<OutlineResult> {
  return described(context, options, async (described) => {
    const { run, definition, images, asked } = described;
    const error = await planningError(described);
    if (error !== undefined) throw error;
    return {
      ...outlineOf(await survey(run, definition, images)),
      skipped: asked.skipped,
      source: sourceOf(definition),
    };
  });
}

/** @throws AppError DOCKERFILE_…, CONTEXT_… */
export function targets(context: LaminaContext, options: BuildOptions): Promise<TargetsResult> {
  return described(context, options, async ({ run, definition, images }) => {
    const list = targetsOf(await survey(run, definition, images));
    return { targets: list, source: sourceOf(definition) };
  });
}

/**
 * What the steps of the target read of the build context: sources of COPY, ADD and bind mounts, as written.
 * @throws AppError DOCKERFILE_…, CONTEXT_…, PLAN_…
 */
export function neededSources(
  context: LaminaContext,
  options: BuildOptions,
): Promise<readonly string[]> {
  return described(context, options, async ({ run, definition }) => {
    const silent = { ...run, warn: () => undefined };
    const resolve = placeholders(imageResolver(run.store), isNotHere);
    const plans = await makePlans(silent, definition, resolve);
    return plans.flatMap(({ graph, target }) => {
      const vertices = reachable(graph, [target]);
      const isMain = ({ op }: Vertex) => op.kind === 'context' && op.name === 'context';
      return vertices.filter(isMain).flatMap(({ id }) => sourcesOf(vertices, id));
    });
  });
}

interface Described {
  readonly run: BuildRun;
  readonly definition: Definition;
  readonly asked: AskedImages;
  readonly images: SeenImages;
}

function described<T>(
  context: LaminaContext,
  options: BuildOptions,
  work: (described: Described) => Promise<T>,
): Promise<T> {
  const begin = async (store: Store) => {
    const run = beginRun({ store, env: context.env }, options);
    const fetched = await fetchContext(run);
    const definition = await readDefinition(run, fetched);
    const asked = new AskedImages(run, registriesOf(store));
    return work({ run, definition, asked, images: new SeenImages(asked.resolve) });
  };
  return useStore(storeOf(context), begin);
}

/** Errors of planning. Images that cannot be resolved do not matter: nothing is built. */
async function planningError(
  { run, definition, images, asked }: Described,
  scope: { readonly everyStage?: boolean } = {},
): Promise<AppError | undefined> {
  try {
    const silent = { ...run, warn: () => undefined };
    const resolve = placeholders(images.resolve, (error) => asked.isSkip(error));
    await makePlans(silent, definition, resolve, scope);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Replaces a missing image; nothing is ever read from it. */
const NO_IMAGE = digestOf('');

function placeholders(
  resolve: ResolveImage,
  mayBeMissing: (error: unknown) => boolean,
): ResolveImage {
  return async (name, platform, options): Promise<BaseImage> => {
    try {
      return await resolve(name, platform, options);
    } catch (error) {
      if (!mayBeMissing(error)) throw error;
      const { os, architecture } = platform;
      const rootfs = { type: 'layers', diff_ids: [] } as const;
      return { name, id: NO_IMAGE, config: { os, architecture, rootfs } };
    }
  };
}

function isNotHere(error: unknown): boolean {
  // The registry may have the image for the wanted platform.
  return error instanceof AppError && /^IMAGE_(NOT_FOUND|PLATFORM)$/.test(error.code);
}

async function survey(run: BuildRun, definition: Definition, images: SeenImages): Promise<Survey> {
  const { surveyDockerfile } = await import('../lint/index.ts');
  return surveyDockerfile(
    definition.tree,
    definition.instructions,
    lintFacts(run, definition, images),
  );
}

function sourceOf({ tree }: Definition) {
  return { file: tree.file, text: tree.text };
}

async function explained(warning: Warning): Promise<CheckWarning[]> {
  const { ruleOf, rulePage } = await import('../lint/index.ts');
  const rule = ruleOf(warning);
  const { message, hint, location } = warning;
  if (rule === undefined || location === undefined) return [];
  const { name, description } = rule;
  return [{ rule: name, description, page: rulePage(name), message, hint, location }];
}
