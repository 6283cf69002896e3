/** Fetches lazy layers from the registries and directories that are known to have them. */
import { createReadStream } from 'node:fs';
import { AppError } from '../errors.ts';
import { layoutBlobPath } from '../image/index.ts';
import { locationName, type ObjectStores, objectKey } from '../objects/index.ts';
import type { Registries } from '../registry/index.ts';
import type { BlobSource, FetchRequest, LayerProvider, LazyLayer } from '../store/index.ts';

/**
 * @param registries called once, when the first layer must come from a registry; the caller keeps owning them
 * @param objects the same for layers of caches in object stores
 */
export function registryLayers(
  registries: () => Promise<Registries>,
  objects?: () => Promise<ObjectStores>,
): LayerProvider {
  const bytesFrom = async function* (
    source: BlobSource,
    { descriptor }: LazyLayer,
    request: FetchRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (source.kind === 'registry') {
      yield* (await registries()).blob(source, descriptor, request);
    } else if (source.kind === 'objects') {
      const { digest } = descriptor;
      const opened = await (await objects?.())?.open(source);
      const body = await opened?.read(objectKey(source, digest), request);
      if (body === undefined) throw new Error(`${nameOf(source)} does not have ${digest}`);
      yield* body;
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
  const names = sources.map(nameOf);
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

function nameOf(source: BlobSource): string {
  if (source.kind === 'registry') return `${source.registry}/${source.repository}`;
  return source.kind === 'layout' ? source.directory : locationName(source);
}
