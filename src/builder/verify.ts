/** Builds twice, and tells what came out differently. */
import { compareLayers } from '../analysis/index.ts';
import type { BuildOptions, VerifyResult } from '../api/index.ts';
import { formatPlatform } from '../oci/index.ts';
import type { BuildEvent, Emit } from '../progress/index.ts';
import { Store, useStore } from '../store/index.ts';
import { keepAbortReason } from '../system/index.ts';
import { buildIn, storeOf } from './build.ts';

/**
 * Builds as `build` does but without the cache, and once more in an empty store of its own, which has nothing of the
 * first but its base images; then compares the images. Of the second build nothing stays.
 *
 * @throws as `build`
 */
export function verify(options: BuildOptions): Promise<VerifyResult> {
  return keepAbortReason(options.signal, () =>
    useStore(storeOf(options), (store) => verifyIn(store, options)),
  );
}

async function verifyIn(store: Store, options: BuildOptions): Promise<VerifyResult> {
  const first = { ...options, noCache: true };
  const keepsCacheMounts = options.noCache !== true;
  // Looking whether a build is reproducible must not cost the user what the cache mounts hold.
  const { result, images } = await buildIn(store, first, { keepsCacheMounts });
  const root = `${await store.temporaryDirectory()}/again`;
  await using other = await Store.open(storeOf({ ...options, root }));
  const again = await buildIn(other, secondBuild(options), { lender: store });
  const { signal } = options;
  const comparisons = [];
  for (const [index, image] of images.entries()) {
    const second = again.images[index];
    if (second === undefined) throw new Error('the second build has fewer images');
    comparisons.push({
      platform: formatPlatform(image),
      ...(await compareLayers({ store, image }, { store: other, image: second }, { signal })),
    });
  }
  return { build: result, identical: comparisons.every(({ identical }) => identical), comparisons };
}

/** Its image is compared and thrown away, so it goes nowhere and gets no name. */
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

/** Steps of the second build are others than those of the first, and are called so; its summary says nothing new. */
function marked(emit: Emit): Emit {
  return (event) => {
    if (event.kind === 'build.summary' || event.kind === 'warning') return;
    emit(markedEvent(event));
  };
}

function markedEvent(
  event: Exclude<BuildEvent, { kind: 'build.summary' | 'warning' }>,
): BuildEvent {
  if (event.kind === 'build.planned') return { ...event, steps: event.steps.map(again) };
  return { ...event, step: again(event.step) };
}

function again<T extends { readonly id: string; readonly name: string }>(step: T): T {
  return { ...step, id: `again ${step.id}`, name: `again: ${step.name}` };
}
