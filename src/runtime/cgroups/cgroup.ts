/** The control groups of containers, as the runner uses them. */
import type { OciLimits } from '../process/oci-types.ts';
import type { ResourceLimits } from '../process/resource-limits.ts';

export interface CgroupRequest {
  readonly id: number;
  readonly limits: ResourceLimits;
  /** Path in the hierarchy; undefined: our own. */
  readonly parent: string | undefined;
}

/** The groups of one runner. */
export interface Cgroups {
  /**
   * Makes the group of one container.
   * @throws AppError RUNTIME_LIMITS when this machine lacks the controllers for its limits
   */
  open(request: CgroupRequest): Cgroup;
  /** Removes groups without processes. */
  close(): void;
}

/** The group of one container. */
export interface Cgroup {
  /** For the specification. */
  readonly runtimePath: string;
  /** For the specification. */
  readonly limits: OciLimits;
  /** Wrapper for the runtime, so that it finds the controllers. */
  readonly launcher: readonly string[];
  /**
   * Makes the groups that a runtime would make, for a process that starts without one.
   * @returns the files that take processes into them
   * @throws AppError RUNTIME_LIMITS
   */
  makeOwn(): readonly string[];
  /** Kills every process in the container; does nothing if the kernel cannot (before Linux 5.14). */
  kill(): void;
  /** Whether the kernel killed processes of the container because memory ran out. Call it before `remove`. */
  oomKilled(exitCode: number): boolean;
  remove(): void;
}
