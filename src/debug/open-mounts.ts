/** The mounts of a kept step, as the step had them. What is no longer there is left out, and told. */
import { chmodSync, mkdirSync } from 'node:fs';
import type { BuildSecrets, KeptStep, SshAgents } from '../builder/index.ts';
import { resolveInTree, toBytes } from '../files/index.ts';
import type { MountSpec } from '../graph/index.ts';
import { ensureLayers, MergedTree } from '../layers/index.ts';
import type { LowerDirectory, RuntimeCapabilities, WantedMount } from '../runtime/index.ts';
import type { HeldCacheMount, LayerId, Store } from '../store/index.ts';
import { ownerOnHost } from '../system/index.ts';

export interface DebugMounts extends Disposable {
  /** Layers of bind mounts; `mounts` takes their lower directories. */
  readonly layers: readonly LayerId[];
  mounts(lowers: readonly LowerDirectory[]): readonly WantedMount[];
  /** `NAME=secret`. */
  readonly env: readonly string[];
  /** What is not mounted, and why. */
  readonly missing: readonly string[];
}

export interface OpenMountsOptions {
  readonly store: Store;
  readonly secrets: BuildSecrets;
  readonly agents: SshAgents;
  /** As `OpenedSources` has it. */
  readonly gone: ReadonlyMap<string, string>;
  readonly capabilities: RuntimeCapabilities;
  readonly signal: AbortSignal | undefined;
}

/** @throws AppError SECRET_UNREADABLE, SSH_…; AbortedError */
export async function openDebugMounts(
  { op, mounts }: KeptStep,
  options: OpenMountsOptions,
): Promise<DebugMounts> {
  const opening = new Opening(options);
  try {
    for (const [index, mount] of op.mounts.entries())
      await opening.open(mount, mounts[index] ?? {});
    return opening;
  } catch (error) {
    opening[Symbol.dispose]();
    throw error;
  }
}

type Ready = (lowers: readonly LowerDirectory[]) => WantedMount;

class Opening implements DebugMounts {
  readonly layers: LayerId[] = [];
  readonly env: string[] = [];
  readonly missing: string[] = [];
  readonly #options: OpenMountsOptions;
  readonly #ready: Ready[] = [];
  readonly #caches: HeldCacheMount[] = [];

  constructor(options: OpenMountsOptions) {
    this.#options = options;
  }

  mounts(lowers: readonly LowerDirectory[]): readonly WantedMount[] {
    return this.#ready.map((ready) => ready(lowers));
  }

  [Symbol.dispose](): void {
    for (const cache of this.#caches.splice(0)) cache.release();
  }

  async open(mount: MountSpec, kept: KeptStep['mounts'][number]): Promise<void> {
    switch (mount.kind) {
      case 'tmpfs':
        this.#add({ kind: 'tmpfs', target: mount.target, size: mount.size });
        return;
      case 'bind':
        return this.#bind(mount, kept.layers);
      case 'cache':
        return this.#cache(mount, kept.cache);
      case 'secret':
        return this.#secret(mount);
      case 'ssh':
        return this.#ssh(mount);
    }
  }

  #add(mount: WantedMount): void {
    this.#ready.push(() => mount);
  }

  async #bind(
    mount: Extract<MountSpec, { kind: 'bind' }>,
    layers: readonly LayerId[] | undefined,
  ): Promise<void> {
    if (layers === undefined) {
      this.missing.push(`what was mounted at ${mount.target} was lost when the build was killed`);
      return;
    }
    const { store, signal } = this.#options;
    await ensureLayers(store, layers, { signal });
    const { path, entry } = resolveInTree(MergedTree.of(store, layers), toBytes(mount.source));
    if (entry === undefined) return;
    const first = this.layers.length;
    this.layers.push(...layers);
    const scratch = mount.readonly ? undefined : await this.#scratch(entry.mode);
    this.#ready.push((lowers) => ({
      kind: 'layers',
      lowers: lowers.slice(first, first + layers.length),
      source: path,
      target: mount.target,
      targetKind: entry.type === 'directory' ? 'directory' : 'file',
      scratch,
    }));
  }

  /** For writes into a bind mount, which are discarded. */
  async #scratch(mode: number): Promise<string> {
    const directory = `${await this.#options.store.temporaryDirectory()}/upper`;
    mkdirSync(directory);
    chmodSync(directory, mode | 0o500);
    return asBytes(directory);
  }

  async #cache(mount: Extract<MountSpec, { kind: 'cache' }>, key: string | undefined) {
    const { store, capabilities, signal } = this.#options;
    const { target, readonly, within, mode, id } = mount;
    // Where directories are moved into containers, only one can have a cache at a time.
    const isAlone = mount.sharing !== 'private' && !capabilities.namespaces;
    const sharing = isAlone ? 'locked' : mount.sharing;
    if (key === undefined) return;
    const owner = ownerOnHost(capabilities.idMap, mount);
    const request = { key, id: id.replace(/^\//, ''), sharing, owner, mode };
    const cache = await store.cacheMounts.hold(request, { signal });
    this.#caches.push(cache);
    const source = asBytes(cache.directory);
    const part = within === undefined ? {} : { within: asBytes(within) };
    const own = { kind: 'bind', source, owned: true, ...part } as const;
    this.#add({ ...own, target, readonly, targetKind: 'directory' });
  }

  async #secret({ id, target, env, mode, uid, gid }: Extract<MountSpec, { kind: 'secret' }>) {
    const bytes = await this.#options.secrets.get(id);
    if (bytes === undefined) {
      this.missing.push(`the secret '${id}' ${this.#why(`secret ${id}`)} (--secret)`);
      return;
    }
    const content = bytes.toString('base64');
    if (target !== undefined) this.#add({ kind: 'file', target, content, mode, uid, gid });
    if (env !== undefined) this.env.push(`${env}=${bytes.toString('utf8')}`);
  }

  #why(name: string): string {
    const reason = this.#options.gone.get(name);
    return reason === undefined ? 'was not given' : `is not there any more: ${reason}`;
  }

  async #ssh({ id, target, mode, ...owner }: Extract<MountSpec, { kind: 'ssh' }>) {
    const { agents, capabilities } = this.#options;
    const access = { owner: ownerOnHost(capabilities.idMap, owner), mode };
    const socket = await agents.socket(id, access);
    if (socket === undefined)
      this.missing.push(`the ssh agent '${id}' ${this.#why(`ssh ${id}`)} (--ssh)`);
    else {
      const source = asBytes(socket);
      this.#add({ kind: 'bind', source, target, readonly: false, targetKind: 'file' });
    }
  }
}

function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
