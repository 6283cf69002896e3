/**
 * Caches of other machines, which a daemon reads and writes itself: those in registries without this machine, those in
 * directories of this machine over the session.
 */
import { resolve } from 'node:path';
import type { CacheSpec } from '../../api/index.ts';
import { layoutStorage } from '../../cache/index.ts';
import { AppError, type Warning } from '../../errors.ts';
import type { BlobShelf, SolveRequest } from '../../fleet/index.ts';
import { parseCaches } from '../caches/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { layoutShelf } from './layout-shelf.ts';
import { WrittenCache } from './written-cache.ts';

type CacheEntry = { readonly type: string; readonly attrs: Readonly<Record<string, string>> };

/** The daemon's name of a session's store for a cache, before the name that its attributes give. */
const STORE = 'local:';

export class FleetCaches {
  readonly #run: BuildRun;
  readonly #imports: CacheEntry[] = [];
  readonly #exports: CacheEntry[] = [];
  readonly #written: WrittenCache[] = [];
  #platforms = 1;
  /** Directories of this machine, by the names that the daemon asks for. */
  readonly shelves = new Map<string, BlobShelf>();

  private constructor(run: BuildRun) {
    this.#run = run;
  }

  /** @throws AppError BUILDER_UNSUPPORTED, CACHE_… */
  static async open(run: BuildRun, platforms: number): Promise<FleetCaches> {
    const { cacheFrom = [], cacheTo = [] } = run.options;
    const caches = new FleetCaches(run);
    refuseMixed(cacheTo, platforms);
    caches.#platforms = platforms;
    for (const spec of cacheFrom) await caches.#import(spec);
    for (const spec of cacheTo) caches.#export(spec);
    const isInline = caches.#exports.some(({ type }) => type === 'inline');
    if (parseCaches({ ...run.options, env: run.env }).inline && !isInline) {
      caches.#exports.push({ type: 'inline', attrs: {} });
    }
    return caches;
  }

  get request(): SolveRequest['cache'] {
    return { imports: this.#imports, exports: this.#exports };
  }

  get types(): readonly string[] {
    return [...this.#imports, ...this.#exports].map(({ type }) => type);
  }

  /** Writes the caches in directories. @param answer of the daemon @throws as writing, unless the cache ignores errors */
  async finish(answer: Readonly<Record<string, string>>): Promise<void> {
    for (const cache of this.#written) await cache.finish(answer, this.#run);
  }

  /** A directory without a cache is a warning, as in a build here. */
  async #import(spec: CacheSpec): Promise<void> {
    const { env, warn } = this.#run;
    const { imports, warnings } = parseCaches({ cacheFrom: [spec], env });
    const [location] = imports;
    if (location === undefined) {
      for (const warning of warnings) warn(warning);
      return;
    }
    if (location.kind === 'objects') {
      this.#imports.push({ type: spec.type, attrs: { ...spec.attrs, ...location.address.passed } });
      return;
    }
    if (location.kind !== 'local') {
      this.#imports.push({ type: spec.type, attrs: spec.attrs });
      return;
    }
    const storage = layoutStorage(location);
    const digest = await rootOf(storage, this.#run).catch((error: unknown) => {
      this.#run.warn(unreadable(storage.name, error));
    });
    if (digest === undefined) return;
    const src = `import-${this.shelves.size}`;
    this.shelves.set(`${STORE}${src}`, layoutShelf(resolve(location.directory)));
    this.#imports.push({ type: 'local', attrs: { src, digest } });
  }

  #export({ type, attrs, text }: CacheSpec): void {
    const { env, warn } = this.#run;
    const { exports, inline, warnings } = parseCaches({ cacheTo: [{ type, attrs, text }], env });
    const [plan] = exports;
    if (plan === undefined && !inline) {
      for (const warning of warnings) warn(warning);
      return;
    }
    if (plan?.location.kind !== 'local') {
      // A failure is a warning by default here, and BuildKit's default is another.
      const ignored = plan === undefined ? {} : { 'ignore-error': String(plan.ignoresErrors) };
      const passed = plan?.location.kind === 'objects' ? plan.location.address.passed : {};
      this.#exports.push({ type, attrs: { ...attrs, ...passed, ...ignored } });
      return;
    }
    const { store } = this.#run;
    const cache = new WrittenCache(plan.location, {
      ignoresErrors: plan.ignoresErrors,
      platforms: this.#platforms,
      temporaryDirectory: () => store.temporaryDirectory(),
    });
    const dest = `export-${this.shelves.size}`;
    this.#written.push(cache);
    this.shelves.set(`${STORE}${dest}`, cache.shelf);
    const { tag: _tag, reset: _reset, ...others } = attrs;
    const ignored = { 'ignore-error': String(plan.ignoresErrors) };
    this.#exports.push({ type, attrs: { ...others, ...ignored, dest } });
  }
}

/**
 * A daemon answers with one manifest, whatever it wrote, and would replace the steps of one platform by those of another.
 *
 * @throws AppError BUILDER_UNSUPPORTED
 */
function refuseMixed(cacheTo: readonly CacheSpec[], platforms: number): void {
  const apart = cacheTo.filter(({ type }) => type !== 'inline');
  if (platforms > 1 && apart.some(({ type }) => type !== 'local')) {
    throw new AppError(
      'BUILDER_UNSUPPORTED',
      '--cache-to cannot take the steps of several platforms from a builder',
      {
        hint: 'use type=local or type=inline, or write a cache in a build for each platform, to its own name',
      },
    );
  }
  if (apart.length > 1 && apart.some(({ type }) => type === 'local')) {
    throw new AppError(
      'BUILDER_UNSUPPORTED',
      'a builder cannot write a cache of the type local beside another cache',
      { hint: 'write one of them in another build: its steps are in the cache of the builder' },
    );
  }
}

async function rootOf(
  storage: ReturnType<typeof layoutStorage>,
  { signal, warn }: BuildRun,
): Promise<string | undefined> {
  await using source = await storage.open(signal);
  const root = source?.roots[0]?.digest;
  if (root === undefined) {
    const message = `${storage.name} has no cache yet`;
    warn({ code: 'CACHE_EMPTY', message, hint: 'export one with --cache-to' });
  }
  return root;
}

function unreadable(name: string, error: unknown): Warning {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = error instanceof AppError ? error.hint : undefined;
  return { code: 'CACHE_UNREADABLE', message: `the cache in ${name} is not used: ${reason}`, hint };
}
