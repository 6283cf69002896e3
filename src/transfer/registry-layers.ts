/** Keeps promises: layers come from the registries and directories where they were seen. */
import { createReadStream } from 'node:fs';
import { AppError } from '../errors.ts';
import { layoutBlobPath } from '../image/index.ts';
import type { Registries } from '../registry/index.ts';
import type { BlobSource, FetchRequest, LayerPromise, LayerProvider } from '../store/index.ts';

/**
 * @param registries asked for once, when the first layer has to come from a registry; they stay the caller's
 */
export function registryLayers(registries: () => Promise<Registries>): LayerProvider {
  const bytesFrom = async function* (
    source: BlobSource,
    { descriptor }: LayerPromise,
    { signal }: FetchRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (source.kind === 'registry') {
      yield* (await registries()).blob(source, descriptor, { signal });
    } else {
      yield* createReadStream(layoutBlobPath(source.directory, descriptor.digest));
    }
  };
  return {
    async *fetch(promise, request) {
      const failures: unknown[] = [];
      for (const source of promise.sources) {
        let began = false;
        try {
          for await (const chunk of bytesFrom(source, promise, request)) {
            began = true;
            yield chunk;
          }
          return;
        } catch (error) {
          if (began || request.signal?.aborted === true) throw error;
          failures.push(error);
        }
      }
      throw notAvailable(promise, failures);
    },
  };
}

/** One place tells best itself why it does not give the layer. */
function notAvailable(
  { descriptor, sources }: LayerPromise,
  failures: readonly unknown[],
): unknown {
  const [first] = failures;
  if (failures.length === 1 && first instanceof AppError) return first;
  const places = sources.map((source) =>
    source.kind === 'registry' ? `${source.registry}/${source.repository}` : source.directory,
  );
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  return new AppError(
    'LAYER_NOT_AVAILABLE',
    `the layer ${descriptor.digest} is no longer available`,
    {
      expected: places.length === 0 ? undefined : `it in ${places.join(' or ')}`,
      hint: 'pull its image again',
      cause: first,
      details: { reasons },
    },
  );
}
