/** Maps with bounded concurrency, so that memory stays bounded. */
import { availableParallelism } from 'node:os';

/**
 * Maps in parallel and keeps the order. After a failure no further work starts; the first error is thrown once the
 * running work has ended.
 */
export async function mapParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item, position: number) => Promise<Result>,
  limit = availableParallelism(),
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const position = next++;
      try {
        results[position] = await work(items[position] as Item, position);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
