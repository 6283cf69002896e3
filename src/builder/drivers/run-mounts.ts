/** The mounts of a step, as requests to the runtime. */
import { chmodSync, closeSync, mkdirSync, rmSync } from 'node:fs';
import { AppError, assertNever, faultIn } from '../../errors.ts';
import { resolveInTree, toBytes } from '../../files/index.ts';
import { type ExecOp, type MountOf, type MountSpec, mountRules } from '../../graph/index.ts';
import type { SecretText } from '../../ops/index.ts';
import type { LowerDirectory, WantedMount } from '../../runtime/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { LayerId } from '../../store/index.ts';
import { type Owner, openWithin, ownerOnHost, setOwner } from '../../system/index.ts';
import { missingSecret } from '../credentials/secrets.ts';
import { missingAgent } from '../credentials/ssh-agents.ts';
import type { BuildSession } from '../session/session.ts';
import type { CacheMounts } from './cache-mounts.ts';
import { mountDigest } from './mount-digest.ts';

/** Digests of files of other file systems, one for each mount whose kind may have some, in order. */
export function mountDigests(
  session: BuildSession,
  step: StepContext,
  { mounts }: ExecOp,
): readonly Promise<string>[] {
  return mounts.flatMap((mount, index) =>
    mountRules(mount).files === undefined
      ? []
      : [mountDigest(session, step, mount).catch(faultIn(`mount:${index}.source`))],
  );
}

/** Prepared mounts; disposal removes what was made for them. */
export interface OpenMounts extends AsyncDisposable {
  /** Layers of the bind mounts; `mounts` takes their lower directories. */
  readonly layers: readonly LayerId[];
  /** @param lowers one for each of `layers` */
  mounts(lowers: readonly LowerDirectory[]): readonly WantedMount[];
  /** `NAME=secret`. */
  readonly env: readonly string[];
  readonly secrets: readonly SecretText[];
}

interface OpenOptions {
  readonly op: ExecOp;
  readonly caches: CacheMounts;
}

/** @throws AppError SECRET_MISSING, SECRET_UNREADABLE, SECRET_NOT_TEXT, SSH_…, MOUNT_SOURCE_NOT_FOUND */
export async function openMounts(
  session: BuildSession,
  step: StepContext,
  { op, caches }: OpenOptions,
): Promise<OpenMounts> {
  const opening = new Opening(session, step, caches);
  try {
    for (const [index, mount] of op.mounts.entries()) {
      await opening.open(mount).catch(faultIn(`mount:${index}.source`));
    }
    return opening;
  } catch (error) {
    await opening[Symbol.asyncDispose]();
    throw error;
  }
}

const ROOT: Owner = { uid: 0, gid: 0 };

type Ready = (lowers: readonly LowerDirectory[]) => WantedMount;

class Opening implements OpenMounts {
  readonly layers: LayerId[] = [];
  readonly env: string[] = [];
  readonly secrets: SecretText[] = [];
  readonly #session: BuildSession;
  readonly #step: StepContext;
  readonly #caches: CacheMounts;
  readonly #scratches: string[] = [];
  readonly #ready: Ready[] = [];

  constructor(session: BuildSession, step: StepContext, caches: CacheMounts) {
    this.#session = session;
    this.#step = step;
    this.#caches = caches;
  }

  mounts(lowers: readonly LowerDirectory[]): readonly WantedMount[] {
    return this.#ready.map((ready) => ready(lowers));
  }

  async open(mount: MountSpec): Promise<void> {
    switch (mount.kind) {
      case 'bind':
        return this.#bind(mount);
      case 'cache':
        return this.#cache(mount);
      case 'tmpfs':
        this.#add({ kind: 'tmpfs', target: mount.target, size: mount.size });
        return;
      case 'secret':
        return this.#secret(mount);
      case 'ssh':
        return this.#ssh(mount);
      default:
        return assertNever(mount);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const scratch of this.#scratches) rmSync(scratch, { recursive: true, force: true });
  }

  #add(mount: WantedMount): void {
    this.#ready.push(() => mount);
  }

  #cache(mount: MountOf<'cache'>): void {
    const { target, readonly, within } = mount;
    const directory = this.#caches.directory(mount);
    const source = asBytes(directory);
    if (within === undefined) {
      this.#add({ kind: 'bind', source, target, readonly, owned: true });
      return;
    }
    const found = openWithin(directory, asBytes(within));
    if (found === undefined) throw notInCache(target, within);
    closeSync(found.fd);
    const targetKind = found.isDirectory ? 'directory' : 'file';
    const part = { within: asBytes(within), target, readonly, targetKind } as const;
    this.#add({ kind: 'bind', source, ...part, owned: true });
  }

  async #bind(mount: MountOf<'bind'>): Promise<void> {
    const { layers } = await this.#step.inputs.result(mount.input);
    const tree = await this.#session.treeOf(layers);
    const { path, entry } = resolveInTree(tree, toBytes(mount.source));
    if (entry === undefined) throw notThere(mount);
    const first = this.layers.length;
    this.layers.push(...layers);
    const scratch = mount.readonly ? undefined : await this.#scratch(tree.lookup(''));
    this.#ready.push((lowers) => ({
      kind: 'layers',
      lowers: lowers.slice(first, first + layers.length),
      source: path,
      target: mount.target,
      targetKind: entry.type === 'directory' ? 'directory' : 'file',
      scratch,
    }));
  }

  /** A directory for writes into a bind mount, which are discarded. */
  async #scratch(
    root: { readonly uid: number; readonly gid: number; readonly mode: number } | undefined,
  ): Promise<string> {
    const parent = await this.#session.store.temporaryDirectory();
    this.#scratches.push(parent);
    const directory = `${parent}/upper`;
    mkdirSync(directory);
    setOwner(directory, root ?? ROOT, this.#session.runtime.capabilities.idMap);
    chmodSync(directory, root?.mode ?? 0o755);
    return asBytes(directory);
  }

  async #secret(mount: MountOf<'secret'>): Promise<void> {
    const { id, target, env, required, mode, uid, gid } = mount;
    const bytes = await this.#session.secrets.get(id);
    if (bytes === undefined) {
      if (required) throw missingSecret(id);
      return;
    }
    this.secrets.push({ id, bytes });
    if (target !== undefined) {
      this.#add({ kind: 'file', target, content: bytes.toString('base64'), mode, uid, gid });
    }
    if (env === undefined) return;
    if (bytes.includes(0)) throw notText(id, env);
    this.env.push(`${env}=${bytes.toString('utf8')}`);
  }

  async #ssh({ id, target, required, ...owner }: MountOf<'ssh'>) {
    const socket = await this.#session.sshAgents.socket(id, {
      owner: ownerOnHost(this.#session.runtime.capabilities.idMap, owner),
      mode: owner.mode,
    });
    if (socket !== undefined) {
      const source = asBytes(socket);
      this.#add({ kind: 'bind', source, target, readonly: false, targetKind: 'file' });
    } else if (required) throw missingAgent(id);
  }
}

function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function notThere({ source, target }: MountOf<'bind'>): AppError {
  return new AppError(
    'MOUNT_SOURCE_NOT_FOUND',
    `nothing to mount at ${target}: '${source}' does not exist`,
  );
}

function notInCache(target: string, within: string): AppError {
  return new AppError(
    'MOUNT_SOURCE_NOT_FOUND',
    `nothing to mount at ${target}: the cache has no '${within}'`,
    {
      hint: 'create it in the cache in an earlier step, or fill the cache with from=STAGE',
    },
  );
}

function notText(id: string, env: string): AppError {
  return new AppError(
    'SECRET_NOT_TEXT',
    `the secret '${id}' cannot be the variable ${env}: it contains a zero byte`,
    { hint: 'mount it as a file: remove env from the mount' },
  );
}
