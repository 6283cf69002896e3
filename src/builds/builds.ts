/** Past builds: listed, shown, explained, drawn, forgotten. */
import type {
  BuildRecord,
  ExplainBuildOptions,
  Explanation,
  GraphBuildOptions,
  ListBuildsOptions,
  PastBuild,
  PastBuildOptions,
  RemoveBuildsOptions,
  TraceBuildOptions,
} from '../api/index.ts';
import { withStore } from '../images/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  chromeTrace,
  comparable,
  drawGraph,
  explain,
  isInDockerfile,
  type OnUnreadable,
  otlpTrace,
  recordNotFound,
  recordsIn,
} from '../records/index.ts';
import type { Store } from '../store/index.ts';
import { buildIdOf, findBuild } from './find-build.ts';
import { storedFiles } from './stored-files.ts';

export function explainBuild(
  context: LaminaContext,
  { build, against, onUnreadable, signal }: ExplainBuildOptions,
): Promise<Explanation> {
  return withStore(context, async (store) => {
    const told = once(onUnreadable);
    const search = { context, store, onUnreadable: told, signal };
    const record = await findBuild(search, build);
    const mentions = JSON.stringify(record.dockerfile);
    const earlier = comparable(record, recordsIn(store, { mentions, onUnreadable: told }));
    const chosen = against === undefined ? undefined : await findBuild(search, against);
    const all =
      chosen === undefined ? earlier : [chosen, ...earlier.filter(({ id }) => id !== chosen.id)];
    return explain(record, all, storedFiles(store));
  });
}

/** Of a record that is met twice, only once. */
function once(onUnreadable: OnUnreadable | undefined): OnUnreadable {
  const known = new Set<string>();
  return (error) => {
    if (!known.has(error.message)) onUnreadable?.(error);
    known.add(error.message);
  };
}

export function listBuilds(
  context: LaminaContext,
  { onUnreadable }: ListBuildsOptions,
): Promise<readonly PastBuild[]> {
  return withStore(context, async (store) => [...recordsIn(store, { onUnreadable })].map(overview));
}

function overview(record: BuildRecord): PastBuild {
  const { id, started, milliseconds, outcome, error, dockerfile, target, platforms, names } =
    record;
  const steps = record.steps.filter(isInDockerfile);
  return {
    ...{ id, started, milliseconds, outcome, error, dockerfile, target, platforms, names },
    steps: steps.length,
    cached: steps.filter(({ status }) => status === 'cached').length,
    images: record.images.map((image) => image.id),
  };
}

export function inspectBuild(
  context: LaminaContext,
  { build, onUnreadable, signal }: PastBuildOptions,
): Promise<BuildRecord> {
  return withStore(context, (store) => findBuild({ context, store, onUnreadable, signal }, build));
}

export function removeBuilds(
  context: LaminaContext,
  { builds = [], all = false }: RemoveBuildsOptions,
): Promise<readonly string[]> {
  return withStore(context, async (store) => {
    const ids = all ? store.builds.ids() : builds.map((text) => requireId(store, text));
    store.builds.remove(ids);
    return ids;
  });
}

/** Records that cannot be read have ids too. */
function requireId(store: Store, text: string): string {
  const id = buildIdOf(store, text);
  if (id === undefined) throw recordNotFound(`there is no record of a build '${text}'`);
  return id;
}

export function traceBuild(
  context: LaminaContext,
  { build, format = 'chrome', onUnreadable, signal }: TraceBuildOptions,
): Promise<string> {
  return withStore(context, async (store) => {
    const record = await findBuild({ context, store, onUnreadable, signal }, build);
    return JSON.stringify(format === 'chrome' ? chromeTrace(record) : otlpTrace(record));
  });
}

export function graphBuild(
  context: LaminaContext,
  { build, format = 'mermaid', onUnreadable, signal }: GraphBuildOptions,
): Promise<string> {
  return withStore(context, async (store) =>
    drawGraph(await findBuild({ context, store, onUnreadable, signal }, build), format),
  );
}
