/** The cache mounts of one step, held from before it starts until it has ended. */
import { renameSync, rmSync } from 'node:fs';
import { AppError, faultIn, type InstructionPart } from '../../errors.ts';
import { resolveInTree, toBytes } from '../../files/index.ts';
import { type CacheMount, digestOfParts, type ExecOp } from '../../graph/index.ts';
import { copyOfTree } from '../../layers/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { HeldCacheMount } from '../../store/index.ts';
import { ownerOnHost, ROOT_FORM, type TreeForm, treeFormKey } from '../../system/index.ts';
import type { BuildSession } from '../session/session.ts';
import { mountDigest } from './mount-digest.ts';

/** Of several mounts of one cache in one step, the strictest sharing mode counts. */
const STRICTNESS = ['shared', 'private', 'locked'] as const;

export class CacheMounts implements Disposable {
  readonly #held = new Map<string, HeldCacheMount>();
  readonly #keys = new Map<CacheMount, string>();

  /** Waits until all caches of the step are available. @throws AbortedError; what seeding throws */
  static async hold(session: BuildSession, step: StepContext, op: ExecOp): Promise<CacheMounts> {
    const caches = new CacheMounts();
    const specs = op.mounts.filter((mount) => mount.kind === 'cache');
    for (const spec of specs) {
      const key = await keyOf(session, step, spec).catch(faultIn(sourceOf(op, spec)));
      caches.#keys.set(spec, key);
    }
    try {
      // In one order for all steps: otherwise two of them could wait for each other.
      for (const key of [...new Set(caches.#keys.values())].sort()) {
        const same = specs.filter((spec) => caches.#keys.get(spec) === key);
        caches.#held.set(key, await holdOne(session, step, { op, key, same }));
      }
      return caches;
    } catch (error) {
      caches[Symbol.dispose]();
      throw error;
    }
  }

  /** Host path of the directory to mount. */
  directory(spec: CacheMount): string {
    const held = this.#held.get(this.#keys.get(spec) ?? '');
    if (held === undefined) throw new Error(`the cache mount ${spec.id} is not held`);
    return held.directory;
  }

  /** The key of the cache in the store. */
  key(spec: CacheMount): string | undefined {
    return this.#keys.get(spec);
  }

  [Symbol.dispose](): void {
    for (const held of this.#held.values()) held.release();
    this.#held.clear();
  }
}

/** Different initial files make a different cache, or new ones would never be visible. */
async function keyOf(session: BuildSession, step: StepContext, spec: CacheMount): Promise<string> {
  const seed = await mountDigest(session, step, spec);
  return cacheMountKey(spec, { seed, form: session.runtime.capabilities });
}

function sourceOf({ mounts }: ExecOp, spec: CacheMount): InstructionPart {
  return `mount:${mounts.indexOf(spec)}.source`;
}

interface CacheMountKeyOptions {
  /** Digest of the cache's initial files; empty if it begins empty. */
  readonly seed: string;
  /** Form of its files: those of another form cannot be used. */
  readonly form: TreeForm;
}

export function cacheMountKey(
  { id, uid, gid, mode }: CacheMount,
  { seed, form }: CacheMountKeyOptions,
): string {
  const formKey = treeFormKey(form);
  const parts = { id, uid, gid, mode, seed, ...(formKey !== ROOT_FORM_KEY && { form: formKey }) };
  return digestOfParts(JSON.stringify(parts));
}

const ROOT_FORM_KEY = treeFormKey(ROOT_FORM);

/** As shown to people and in the store: without the slash after an empty namespace. */
export function shownId({ id }: CacheMount): string {
  return id.replace(/^\//, '');
}

interface Holding {
  readonly op: ExecOp;
  readonly key: string;
  /** The mounts of this cache. */
  readonly same: readonly CacheMount[];
}

async function holdOne(
  session: BuildSession,
  step: StepContext,
  { op, key, same }: Holding,
): Promise<HeldCacheMount> {
  const [spec] = same;
  if (spec === undefined) throw new Error('nobody asks for this cache mount');
  const asked = STRICTNESS.findLast((kind) => same.some((other) => other.sharing === kind));
  // Where directories are moved into containers, only one can have a cache at a time.
  const isAlone = asked !== 'private' && !session.runtime.capabilities.namespaces;
  const sharing = isAlone ? 'locked' : asked;
  const { mode, input } = spec;
  const form = session.runtime.capabilities;
  const owner = ownerOnHost(form.idMap, spec);
  const shown = shownId(spec);
  const begun = await session.mountSeed?.({ key, id: shown, owner, mode, form });
  const seed =
    begun ??
    (input === undefined
      ? undefined
      : (directory: string) =>
          seedFrom(session, step, { spec, input, directory }).catch(faultIn(sourceOf(op, spec))));
  return session.store.cacheMounts.hold(
    { key, id: shown, sharing: sharing ?? 'shared', owner, mode, seed },
    { signal: step.signal },
  );
}

interface Seeding {
  readonly spec: CacheMount;
  readonly input: number;
  /** Host path of the directory to create. */
  readonly directory: string;
}

async function seedFrom(
  { store, treeOf, runtime }: BuildSession,
  { inputs, signal }: StepContext,
  { spec, input, directory }: Seeding,
): Promise<void> {
  const { layers } = await inputs.result(input);
  const [layer] = layers;
  const { path, entry } = resolveInTree(await treeOf(layers), toBytes(spec.source));
  if (layer === undefined || entry?.type !== 'directory') {
    throw new AppError(
      'MOUNT_SOURCE_INVALID',
      `the cache ${spec.target} cannot start with a file`,
      {
        expected: 'a directory as the source',
      },
    );
  }
  const copy = `${directory}.copy`;
  try {
    await copyOfTree(store, layer, { target: copy, form: runtime.capabilities, signal });
    renameSync(`${copy}/${path}`, directory);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
