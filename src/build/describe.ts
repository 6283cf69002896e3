/** What can be said of a Dockerfile without building it: `--call=check`, `outline`, `targets`. */

import type {
  BuildOptions,
  CheckResult,
  CheckWarning,
  OutlineResult,
  TargetsResult,
} from '../api/index.ts';
import { AppError, type Warning } from '../errors.ts';
import { reachable, type Vertex } from '../graph/index.ts';
import { lintDockerfile, ruleOf, rulePage, type Survey, surveyDockerfile } from '../lint/index.ts';
import { digestOf } from '../oci/index.ts';
import { outlineOf, targetsOf } from '../outline/index.ts';
import type { BaseImage, ResolveImage } from '../plan/index.ts';
import { defaultRoot, Store } from '../store/index.ts';
import { imageResolver } from './bases/base-images.ts';
import { fetchContext } from './contexts/fetched-context.ts';
import { sourcesOf } from './contexts/open-contexts.ts';
import { type Definition, readDefinition } from './definition/definition.ts';
import { lintFacts, SeenImages } from './plans/checks.ts';
import { makePlans } from './plans/make-plans.ts';
import { type BuildRun, beginRun } from './run.ts';

/** @throws AppError DOCKERFILE_…, CONTEXT_…: a file that cannot be read */
export function check(options: BuildOptions): Promise<CheckResult> {
  return described(options, async ({ run, definition, images }) => {
    const wantsAllStages = options.target === undefined || options.target === '';
    const scope = { everyStage: wantsAllStages };
    const error = await planningError({ run, definition, images }, scope);
    const facts = { ...lintFacts(run, definition, images), wantsAllStages };
    const found = lintDockerfile(definition, facts);
    return { warnings: found.flatMap(explained), error, source: sourceOf(definition) };
  });
}

/** @throws AppError DOCKERFILE_…, CONTEXT_…, PLAN_… */
export function outline(options: BuildOptions): Promise<OutlineResult> {
  return described(options, async ({ run, definition, images }) => {
    const error = await planningError({ run, definition, images });
    if (error !== undefined) throw error;
    return { ...outlineOf(survey(run, definition, images)), source: sourceOf(definition) };
  });
}

/** @throws AppError DOCKERFILE_…, CONTEXT_… */
export function targets(options: BuildOptions): Promise<TargetsResult> {
  return described(options, async ({ run, definition, images }) => {
    const list = targetsOf(survey(run, definition, images));
    return { targets: list, source: sourceOf(definition) };
  });
}

/**
 * What the steps of the target read of the build context: sources of COPY, ADD and bind mounts, as written.
 * @throws AppError DOCKERFILE_…, CONTEXT_…, PLAN_…
 */
export function neededSources(options: BuildOptions): Promise<readonly string[]> {
  return described(options, async ({ run, definition, images }) => {
    const silent = { ...run, warn: () => undefined };
    const plans = await makePlans(silent, definition, tolerant(images.resolve));
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
  readonly images: SeenImages;
}

async function described<T>(
  options: BuildOptions,
  work: (described: Described) => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  await using store = await Store.open({ root: options.root ?? defaultRoot(options.env ?? {}) });
  const run = beginRun(options, store);
  const fetched = await fetchContext(run);
  const definition = await readDefinition(options, store, fetched);
  return await work({ run, definition, images: new SeenImages(imageResolver(store)) });
}

/** What planning finds wrong. Images that the store lacks do not matter: nothing is built. */
async function planningError(
  { run, definition, images }: Described,
  scope: { readonly everyStage?: boolean } = {},
): Promise<AppError | undefined> {
  try {
    const silent = { ...run, warn: () => undefined };
    await makePlans(silent, definition, tolerant(images.resolve), scope);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Stands for an image that is not there; nothing is ever read from it. */
const NO_IMAGE = digestOf('');

function tolerant(resolve: ResolveImage): ResolveImage {
  return async (name, platform, options): Promise<BaseImage> => {
    try {
      return await resolve(name, platform, options);
    } catch (error) {
      // Of an image for another platform the registry may have the one that is wanted.
      const isAbsent = hasCode(error, 'IMAGE_NOT_FOUND') || hasCode(error, 'IMAGE_PLATFORM');
      if (!isAbsent) throw error;
      const { os, architecture } = platform;
      const rootfs = { type: 'layers', diff_ids: [] } as const;
      return { name, id: NO_IMAGE, config: { os, architecture, rootfs } };
    }
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof AppError && error.code === code;
}

function survey(run: BuildRun, definition: Definition, images: SeenImages): Survey {
  return surveyDockerfile(
    definition.tree,
    definition.instructions,
    lintFacts(run, definition, images),
  );
}

function sourceOf({ tree }: Definition) {
  return { file: tree.file, text: tree.text };
}

function explained(warning: Warning): CheckWarning[] {
  const rule = ruleOf(warning);
  const { code, message, hint, location } = warning;
  if (rule === undefined || location === undefined) return [];
  const { description } = rule;
  return [{ rule: code, description, page: rulePage(code), message, hint, location }];
}
