/** Several caches of BuildKit's as one: a daemon writes one for each platform of a build. */
import { canonicalJson } from '../../oci/index.ts';
import { integerOf, listOf, objectOf, parseJson } from '../document.ts';

/** @throws AppError CACHE_INVALID */
export function mergedConfig(configs: readonly Uint8Array[]): Uint8Array {
  const layers: object[] = [];
  const records: object[] = [];
  for (const config of configs) {
    const document = objectOf(parseJson(config));
    const from = { layer: layers.length, record: records.length };
    for (const layer of listOf(document.layers ?? [])) layers.push(movedLayer(layer, from));
    for (const record of listOf(document.records ?? [])) records.push(movedRecord(record, from));
  }
  return canonicalJson({ layers, records });
}

/** What comes before the positions of a cache. */
interface Offsets {
  readonly layer: number;
  readonly record: number;
}

function movedLayer(value: unknown, { layer: offset }: Offsets): object {
  const layer = objectOf(value);
  // Go leaves out a parent of 0; the lowest layer has -1.
  const parent = integerOf(layer.parent ?? 0);
  return { ...layer, parent: parent < 0 ? parent : parent + offset };
}

function movedRecord(value: unknown, { layer: offset, record: recordOffset }: Offsets): object {
  const record = objectOf(value);
  const { layers, chains, inputs } = record;
  return {
    ...record,
    ...(layers !== undefined && {
      layers: listOf(layers).map((one) => {
        const result = objectOf(one);
        return { ...result, layer: integerOf(result.layer ?? 0) + offset };
      }),
    }),
    ...(chains !== undefined && {
      chains: listOf(chains).map((one) => {
        const result = objectOf(one);
        const positions = listOf(result.layers ?? []).map(integerOf);
        return { ...result, layers: positions.map((position) => position + offset) };
      }),
    }),
    ...(inputs !== undefined && {
      inputs: listOf(inputs).map((links) =>
        listOf(links).map((one) => {
          const link = objectOf(one);
          return { ...link, link: integerOf(link.link ?? 0) + recordOffset };
        }),
      ),
    }),
  };
}
