/** Fetches lazy layers from the registries and directories that are known to have them. */
import { createReadStream } from 'node:fs';
import { AppError } from '../errors.ts';
import { layoutBlobPath } from '../image/index.ts';
import type { Registries } from '../registry/index.ts';
import type { BlobSource, FetchRequest, LayerProvider, LazyLayer } from '../store/index.ts';

/**
 * @param registries called once, when the first layer must come from a registry; the caller keeps owning them
 */
export function registryLayers(registries: () => Promise<Registries>): LayerProvider {
  const bytesFrom = async function* (
    source: BlobSource,
    { descriptor }: LazyLayer,
    request: FetchRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (source.kind === 'registry') {
      yield* (await registries()).blob(source, descriptor, request);
    } else {
      yield* createReadStream(layoutBlobPath(source.directory, descriptor.digest));
    }
  };
  return {
    async *fetch(lazy, request) {
      const failures: unknown[] = [];
      for (const source of lazy.sources) {
        let began = false;
        try {
          for await (const chunk of bytesFrom(source, lazy, request)) {
            began = true;
            yield chunk;
          }
          return;
        } catch (error) {
          if (began || request.signal?.aborted === true) throw error;
          failures.push(error);
        }
      }
      throw notAvailable(lazy, failures);
    },
  };
}

/** A single source explains best itself why it cannot give the layer. */
function notAvailable({ descriptor, sources }: LazyLayer, failures: readonly unknown[]): unknown {
  const [first] = failures;
  if (failures.length === 1 && first instanceof AppError) return first;
  const names = sources.map((source) =>
    source.kind === 'registry' ? `${source.registry}/${source.repository}` : source.directory,
  );
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  return new AppError(
    'LAYER_NOT_AVAILABLE',
    `the layer ${descriptor.digest} is no longer available`,
    {
      expected: names.length === 0 ? undefined : `it in ${names.join(' or ')}`,
      hint: 'pull its image again',
      cause: first,
      details: { reasons },
    },
  );
}
