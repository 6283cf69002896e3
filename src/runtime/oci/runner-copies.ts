/** Layers as copies, where the kernel cannot stack them: the store is on overlayfs itself, as in a container without volumes. */
import { mkdirSync } from 'node:fs';
import {
  fsPath,
  hasOneId,
  isInUserNamespace,
  isOnOverlay,
  MountFlag,
  mount,
} from '../../system/index.ts';
import { randomName } from '../cgroups/index.ts';
import { RootCopies } from '../copies/index.ts';

export interface CopyRequest {
  /** Bottom first. */
  readonly directories: readonly string[];
  /** Takes the changes, latin1 bytes; undefined: the tree is read-only. */
  readonly upper: string | undefined;
  readonly target: string;
  /** Sets what else a new copy has. */
  readonly finish?: ((path: string) => void) | undefined;
}

export interface CopiedTree {
  /** Writes the changes to the upper directory, when no process uses the tree any more. */
  save(): Promise<void>;
  /** Removes the copy; it is not mounted any more. */
  drop(): void;
}

export class RunnerCopies {
  readonly #copies: RootCopies;

  /** @param stateDirectory existing, latin1 bytes; on the file system of the store */
  private constructor(stateDirectory: string) {
    const directory = `${stateDirectory}/copies-${randomName()}`;
    mkdirSync(fsPath(directory), { mode: 0o700 });
    this.#copies = new RootCopies({
      directory,
      isRoot: !hasOneId(),
      flavour: isInUserNamespace() ? 'user' : 'trusted',
      covered: [],
    });
  }

  /** @returns undefined where the kernel stacks layers */
  static where(stateDirectory: string): RunnerCopies | undefined {
    return isOnOverlay(stateDirectory) ? new RunnerCopies(stateDirectory) : undefined;
  }

  /** Mounts a copy. */
  async mount({ directories, upper, target, finish }: CopyRequest): Promise<CopiedTree> {
    const copy = await this.#copies.take(directories, finish ?? (() => {}));
    const flags = MountFlag.bind;
    mount({ source: copy.path, target, flags });
    if (upper === undefined) {
      mount({ source: copy.path, target, flags: flags | MountFlag.remount | MountFlag.readonly });
    }
    return {
      save: async () => {
        if (upper !== undefined) await this.#copies.write(copy, upper, new Set());
      },
      drop: () => this.#copies.drop(copy),
    };
  }

  close(): void {
    this.#copies.close();
  }
}
