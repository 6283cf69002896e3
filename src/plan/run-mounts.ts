/** RUN --mount: the mounts, and the file systems of their sources. */
import { posix } from 'node:path';
import {
  type BindOptions,
  type CacheOptions,
  type Mount,
  type MountFlag,
  parseMount,
  type RunInstruction,
  type SecretOptions,
  type SshOptions,
} from '../dockerfile/index.ts';
import { AppError, type SourceLocation } from '../errors.ts';
import type { CopyOp, MountSpec, Vertex } from '../graph/index.ts';
import { literalPath, plainCopy, SCRATCH } from '../graph/index.ts';
import { expand } from './expansion.ts';
import type { StagePlan } from './stage-plan.ts';
import { type StageState, workingDirectory } from './stage-state.ts';

type MountInput = Vertex['inputs'][number];

export interface PlannedMounts {
  readonly mounts: readonly MountSpec[];
  /** The root file system, then the sources of the mounts. */
  readonly inputs: readonly MountInput[];
  /** Their mount points, as in `AsWritten`. */
  readonly targets: readonly (string | undefined)[];
  /** Location of the first ssh mount. */
  readonly agentSocket: string | undefined;
}

/** Directory for files copied for a mount into a file system of their own. */
const TAKEN = '/data';

/** How a new cache is made. */
const ROOTS = { uid: 0, gid: 0, mode: 0o755 };

/**
 * @throws AppError DOCKERFILE_INVALID_MOUNT, PLAN_MOUNT_TARGET, and what resolving a stage or
 *   image throws
 */
export async function planMounts(
  state: StageState,
  instruction: RunInstruction,
  plan: StagePlan,
): Promise<PlannedMounts> {
  const inputs: MountInput[] = [state.root];
  const mounts: MountSpec[] = [];
  const targets: (string | undefined)[] = [];
  const sockets: string[] = [];
  for (const flag of instruction.mounts) {
    const planning = new MountPlanning(state, plan, flag);
    const add = (input: MountInput) => inputs.push(input) - 1;
    const mount = await planning.spec(add, sockets.length);
    if (mount.kind === 'ssh') sockets.push(mount.target);
    mounts.push(mount);
    targets.push(planning.writtenTarget ?? mount.target);
  }
  return { mounts, inputs, targets, agentSocket: sockets[0] };
}

class MountPlanning {
  readonly #state: StageState;
  readonly #plan: StagePlan;
  readonly #flag: MountFlag;
  readonly #mount: Mount;

  constructor(state: StageState, plan: StagePlan, flag: MountFlag) {
    const { options } = plan;
    this.#state = state;
    this.#plan = plan;
    this.#flag = flag;
    this.#mount = parseMount(flag, {
      expand: (word) => expand(word, state, options),
      source: options.tree.source,
    });
  }

  async spec(add: (input: MountInput) => number, agents: number): Promise<MountSpec> {
    const mount = this.#mount;
    switch (mount.type) {
      case 'bind':
        return this.#bind(mount, add);
      case 'cache':
        return this.#cache(mount, add);
      case 'tmpfs':
        await this.#needs(mount.from);
        return { kind: 'tmpfs', target: this.#target(), size: mount.size };
      case 'secret':
        return this.#secret(mount);
      case 'ssh':
        await this.#needs(mount.from);
        return this.#ssh(mount, agents);
    }
  }

  /** Its files are not used, but it must exist, as in BuildKit. */
  async #needs(from: string | undefined): Promise<void> {
    if (from !== undefined) await this.#rootOf(from);
  }

  /** Undefined if it is missing, or made absolute in BuildKit too. */
  get writtenTarget(): string | undefined {
    const { target, type } = this.#mount;
    const isKept = type === 'secret' || type === 'ssh' || target?.startsWith('/');
    return isKept ? target : undefined;
  }

  async #bind(mount: BindOptions, add: (input: MountInput) => number): Promise<MountSpec> {
    const { from, source = '/', readonly } = mount;
    const target = this.#target();
    if (from === undefined) {
      const context = this.#plan.addContext();
      const isLocal = this.#plan.isLocal(context);
      const input = add(this.#takeAlong(context, { source, isLocal }));
      return { kind: 'bind', target, input, source: TAKEN, readonly };
    }
    const root = await this.#rootOf(from);
    if (this.#plan.isLocal(root)) {
      const input = add(this.#takeAlong(root, { source, isLocal: true }));
      return { kind: 'bind', target, input, source: TAKEN, readonly };
    }
    return { kind: 'bind', target, input: add(root), source, readonly };
  }

  async #cache(mount: CacheOptions, add: (input: MountInput) => number): Promise<MountSpec> {
    const { from, source = '/', readonly, id, sharing = 'shared' } = mount;
    const target = this.#target();
    const path = posix.resolve('/', source).slice(1);
    const within = from !== undefined || path === '' ? undefined : path;
    // The part of a cache to mount does not decide how the whole is made.
    const { uid, gid, mode } = within === undefined ? mount : ROOTS;
    return {
      kind: 'cache',
      target,
      id: `${this.#cacheNamespace()}/${id ?? goClean(this.#mount.target ?? '')}`,
      sharing,
      readonly,
      input: await this.#seed(from, source, add),
      source: TAKEN,
      within,
      uid: uid ?? ROOTS.uid,
      gid: gid ?? ROOTS.gid,
      mode: mode ?? ROOTS.mode,
    };
  }

  #cacheNamespace(): string {
    return this.#plan.options.buildArgs.get('BUILDKIT_CACHE_MOUNT_NS') ?? '';
  }

  async #seed(
    from: string | undefined,
    source: string,
    add: (input: MountInput) => number,
  ): Promise<number | undefined> {
    if (from === undefined) return undefined;
    const root = await this.#rootOf(from);
    if (root === SCRATCH) return undefined;
    return add(this.#takeAlong(root, { source, isLocal: this.#plan.isLocal(root) }));
  }

  #secret(mount: SecretOptions): MountSpec {
    const { env, required, mode = 0o400, uid = 0, gid = 0, target: written } = mount;
    const id = mount.id ?? posix.basename(written ?? '');
    const ofItsOwn = env === undefined ? `/run/secrets/${posix.basename(id)}` : undefined;
    return {
      kind: 'secret',
      id,
      target: written === undefined ? ofItsOwn : this.#absolute(written),
      env: env === '' ? id : env,
      required,
      mode,
      uid,
      gid,
    };
  }

  #ssh(mount: SshOptions, agents: number): MountSpec {
    const { id = 'default', target, required, mode = 0o600, uid = 0, gid = 0 } = mount;
    const socket = target ?? `/run/buildkit/ssh_agent.${agents}`;
    return { kind: 'ssh', id, target: this.#absolute(socket), required, mode, uid, gid };
  }

  /** Without a target, the working directory is the target. */
  #target(): string {
    const target = this.#absolute(this.#mount.target ?? '');
    if (target !== '/') return target;
    const message =
      this.#mount.target === undefined
        ? 'the mount has no target, and its default, the working directory, is the root directory'
        : 'nothing can be mounted over the root directory';
    throw new AppError('PLAN_MOUNT_TARGET', message, {
      location: this.#locationOf('target', 'dst', 'destination'),
      expected: 'target=DIRECTORY below /',
    });
  }

  #absolute(target: string): string {
    return posix.resolve('/', workingDirectory(this.#state), target);
  }

  #rootOf(name: string): Promise<MountInput> {
    const word = this.#flag.fields.findLast(({ key }) => key === 'from')?.value;
    return this.#plan.rootOf(word ?? { ...this.#flag.text, text: name }, { byIndex: false });
  }

  /**
   * Copies the mounted files into a file system of their own: from a context, the filtered files and never the live
   * directory; from a seed, the initial files of a cache.
   */
  #takeAlong(from: MountInput, what: { source: string; isLocal: boolean }): MountInput {
    const source = literalPath(what.source);
    const op: CopyOp = { ...plainCopy(source, TAKEN, what), keepsTop: true };
    return this.#plan.addInternalStep(op, [SCRATCH, from], {
      name: `[internal] files for --mount=${this.#flag.text.text}`,
      locations: {
        instruction: this.#locationOf(),
        'source:0': this.#locationOf('source', 'src'),
      },
    });
  }

  /** Location of one field, or of the whole flag. */
  #locationOf(...keys: string[]): SourceLocation {
    const field = this.#flag.fields.findLast(({ key }) => keys.includes(key));
    return this.#plan.options.tree.source.location((field ?? this.#flag.text).range);
  }
}

/** As Go cleans a path: without `.`, `..` and extra slashes; an empty path becomes `.`. */
function goClean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}
