/** Answers a question once: whoever asks again waits for the first answer. */
export function memoize<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  // Begun in a turn of its own: a thousand stages one on the other are no thousand calls one in the other.
  const made = Promise.resolve().then(make);
  made.catch(() => undefined);
  map.set(key, made);
  return made;
}
