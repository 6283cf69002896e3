/**
 * Containers of an image's own files, with exactly the limits that the caller names, made with runc: what Docker, a GitLab
 * runner or Kubernetes would start. Each command gets a container of its own.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, execute, type Workbench } from './cli.ts';
import { DOCKER_CAPABILITIES, dockerFilter } from './ordinary-container.ts';

export interface ImageContainerLimits {
  /** Default: 0. */
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  /** Default: Docker's. */
  readonly capabilities?: readonly string[];
  readonly noNewPrivileges?: boolean;
  readonly readOnlyRoot?: boolean;
  /** Paths in the container and directories of this machine, writable. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** The same, not writable; also files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Paths in the container and options of mount(8): a file system in memory. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** System calls that fail, though Docker allows them. */
  readonly refusedCalls?: readonly string[];
  /** Default: none but the container's own loopback. */
  readonly network?: 'host' | 'none';
}

export interface ContainerCommand {
  /** Default: the image's entry point. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

interface ImageConfig {
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
}

export class ImageContainer implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'lamina-image-'));
  readonly rootfs = join(this.#directory, 'rootfs');
  #config: ImageConfig = {};
  #started = 0;

  /** Unpacks an image of the bench's store. */
  static async of(bench: Workbench, image: string): Promise<ImageContainer> {
    const container = new ImageContainer();
    const dockerfile = `FROM ${image}\n`;
    // Unpacked by tar, with owners and set-user-ID bits, as a container engine has them.
    const archive = join(container.#directory, 'rootfs.tar');
    await bench.succeed(['build', '-q', '-o', `type=tar,dest=${archive}`, '-'], {
      input: dockerfile,
    });
    mkdirSync(container.rootfs);
    const unpack = ['--extract', '--preserve-permissions', '--numeric-owner', '--file', archive];
    execFileSync('tar', [...unpack, '--directory', container.rootfs]);
    rmSync(archive);
    const { stdout } = await bench.succeed(['inspect', image]);
    container.#config = JSON.parse(stdout)[0].Config;
    return container;
  }

  /** As `docker run --rm` with these limits and arguments. */
  async run(
    args: readonly string[],
    limits: ImageContainerLimits = {},
    command: ContainerCommand = {},
  ): Promise<CommandResult> {
    this.#started += 1;
    const id = `lamina-image-${process.pid}-${this.#started}-${Date.now()}`;
    const bundle = join(this.#directory, `bundle-${this.#started}`);
    mkdirSync(bundle);
    const mounted = new Set([limits.files, limits.tmpfs].flatMap((all) => Object.keys(all ?? {})));
    const volumes = { ...this.#anonymousVolumes(bundle, mounted), ...limits.volumes };
    const all = { ...limits, volumes };
    const spec = specOf({ rootfs: this.rootfs, config: this.#config, args, limits: all, command });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
    const state = ['--root', join(this.#directory, 'state')];
    try {
      const started = [...state, 'run', '--bundle', bundle, id];
      return await execute('runc', started, { input: command.input });
    } finally {
      rmSync(bundle, { recursive: true, force: true });
    }
  }

  /** As `run`, for a command that must succeed. */
  async succeed(...[args, limits, command]: Parameters<ImageContainer['run']>) {
    const result = await this.run(args, limits, command);
    if (result.status === 0) return result;
    throw new Error(
      `${args.join(' ')} ended with ${result.status}:\n${result.stderr}${result.stdout}`,
    );
  }

  /** As Docker makes them: empty here, with the mode of the image's directory. */
  #anonymousVolumes(
    bundle: string,
    mounted: ReadonlySet<string>,
  ): Readonly<Record<string, string>> {
    const paths = Object.keys(this.#config.Volumes ?? {}).filter((path) => !mounted.has(path));
    return Object.fromEntries(
      paths.map((path, index) => {
        const directory = join(bundle, `volume-${index}`);
        mkdirSync(directory);
        chmodSync(directory, statSync(join(this.rootfs, path)).mode);
        return [path, directory];
      }),
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function specOf({
  rootfs,
  config,
  args,
  limits,
  command,
}: {
  readonly rootfs: string;
  readonly config: ImageConfig;
  readonly args: readonly string[];
  readonly limits: ImageContainerLimits;
  readonly command: ContainerCommand;
}): object {
  const { uid = 0, gid = uid, groups = [], capabilities = DOCKER_CAPABILITIES } = limits;
  const granted = capabilities.map((name) => `CAP_${name}`);
  // Of Docker and Kubernetes, only root gets the capabilities; for others they are the most they could get.
  const held = uid === 0 ? granted : [];
  const closed = ['nosuid', 'noexec', 'nodev'];
  const special = (destination: string, type: string, options: readonly string[]) => ({
    ...{ destination, type, source: type, options },
  });
  const bind = (access: 'ro' | 'rw') => {
    return ([destination, source]: readonly [string, string]) => ({
      ...{ destination, source, type: 'bind', options: ['rbind', access] },
    });
  };
  const isShared = limits.network === 'host';
  const namespaces = ['pid', 'ipc', 'uts', 'mount', ...(isShared ? [] : ['network'])];
  const network = { '/etc/resolv.conf': '/etc/resolv.conf', '/etc/hosts': '/etc/hosts' };
  return {
    ociVersion: '1.0.2',
    root: { path: rootfs, readonly: limits.readOnlyRoot === true },
    hostname: 'container',
    process: {
      args: [...(command.entrypoint ?? config.Entrypoint ?? []), ...args],
      env: [
        ...(config.Env ?? []),
        ...Object.entries({ NO_COLOR: '1', ...command.env }).map((pair) => pair.join('=')),
      ],
      cwd: command.cwd ?? (config.WorkingDir || '/'),
      user: { uid, gid, additionalGids: groups },
      capabilities: { bounding: granted, effective: held, permitted: held },
      noNewPrivileges: limits.noNewPrivileges === true,
    },
    mounts: [
      special('/proc', 'proc', closed),
      special('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
      special('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'gid=5']),
      special('/dev/shm', 'tmpfs', [...closed, 'mode=1777', 'size=65536k']),
      special('/sys', 'sysfs', [...closed, 'ro']),
      ...(isShared ? Object.entries(network).map(bind('ro')) : []),
      ...Object.entries(limits.tmpfs ?? {}).map(([path, options]) =>
        special(path, 'tmpfs', options.split(',')),
      ),
      ...Object.entries(limits.files ?? {}).map(bind('ro')),
      ...Object.entries(limits.volumes ?? {}).map(bind('rw')),
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      seccomp: dockerFilter(granted, limits.refusedCalls),
    },
  };
}
