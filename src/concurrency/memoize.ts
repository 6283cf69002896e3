/** Computes a value once for each key: later callers get the first promise. */
export function memoize<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  // Deferred to a microtask, so that a chain of a thousand stages does not nest a thousand calls.
  const made = Promise.resolve().then(make);
  made.catch(() => undefined);
  map.set(key, made);
  return made;
}
