/** Built-in modules of Node.js that are loaded when something of them is used: a cached build uses few of them. */

/** Each loads ten to twenty others, in about a millisecond. Node.js has the rest in its start-up snapshot. */
const LAZY: ReadonlySet<string> = new Set(
  ['child_process', 'crypto', 'fs/promises', 'net', 'stream', 'tty', 'worker_threads', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

/** @returns what `load` returns, or an object with the same properties that calls it at their first use */
export function lazyBuiltIn(id: string, load: (id: string) => unknown): unknown {
  if (!LAZY.has(id)) return load(id);
  let loaded: object | undefined;
  const module = (): object => {
    loaded ??= load(id) as object;
    return loaded;
  };
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(module(), key),
      has: (_, key) => Reflect.has(module(), key),
      ownKeys: () => Reflect.ownKeys(module()),
      // A proxy may not call a property fixed that its own object does not have.
      getOwnPropertyDescriptor(_, key) {
        const property = Reflect.getOwnPropertyDescriptor(module(), key);
        return property && { ...property, configurable: true };
      },
    },
  );
}
