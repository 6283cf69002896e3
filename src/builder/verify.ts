/** Builds twice, and reports the differences. */
import type { BuildOptions, VerifyResult } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { formatPlatform } from '../oci/index.ts';
import type { BuildEvent, Emit } from '../progress/index.ts';
import { Store, useStore } from '../store/index.ts';
import { buildIn, storeOf } from './build.ts';

/** The store of the second build has nothing of the first except its base images. */
export function verify(context: LaminaContext, options: BuildOptions): Promise<VerifyResult> {
  return useStore(storeOf(context), (store) => verifyIn(store, context.env, options));
}

async function verifyIn(
  store: Store,
  env: Environment,
  options: BuildOptions,
): Promise<VerifyResult> {
  const first = { ...options, noCache: true };
  const keepsCacheMounts = options.noCache !== true;
  // The check must not cost the user the contents of cache mounts.
  const { result, images } = await buildIn({ store, env }, first, { keepsCacheMounts });
  const root = `${await store.temporaryDirectory()}/again`;
  await using other = await Store.open(storeOf({ root, env }));
  const elsewhere = { store: other, env };
  const again = await buildIn(elsewhere, secondBuild(options), { lender: store });
  const { signal } = options;
  const { compareLayers, storedImage } = await import('../analysis/index.ts');
  const comparisons = [];
  for (const [index, image] of images.entries()) {
    const second = again.images[index];
    if (second === undefined) throw new Error('the second build has fewer images');
    const [a, b] = [
      { store, image },
      { store: other, image: second },
    ];
    const compared = await compareLayers(await storedImage(a), await storedImage(b), { signal });
    comparisons.push({ platform: formatPlatform(image), ...compared });
  }
  return { build: result, identical: comparisons.every(({ identical }) => identical), comparisons };
}

/** Its image is compared and discarded, so it has no output and no name. */
function secondBuild({ onEvent, ...options }: BuildOptions): BuildOptions {
  return {
    ...options,
    noCache: true,
    tags: [],
    outputs: [],
    cacheTo: [],
    onEvent: onEvent && marked(onEvent),
  };
}

/** Steps of the second build are marked as such; its summary has nothing new. */
function marked(emit: Emit): Emit {
  return (event) => {
    switch (event.kind) {
      case 'build.summary':
      case 'build.isolation':
      case 'warning':
        return;
      default:
        emit(markedEvent(event));
    }
  };
}

function markedEvent(
  event: Exclude<BuildEvent, { kind: 'build.summary' | 'build.isolation' | 'warning' }>,
): BuildEvent {
  if (event.kind === 'build.planned') return { ...event, steps: event.steps.map(again) };
  return { ...event, step: again(event.step) };
}

function again<T extends { readonly id: string; readonly name: string }>(step: T): T {
  return { ...step, id: `again ${step.id}`, name: `again: ${step.name}` };
}
