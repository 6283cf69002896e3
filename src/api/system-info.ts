/** The store, and this machine as builds see it. */
export interface SystemInfo {
  /** Directory of the store. */
  readonly root: string;
  readonly images: number;
  /** Platforms whose programs run here, this machine's first: `linux/amd64`. */
  readonly platforms: readonly string[];
  /** Name of the runtime of RUN steps and containers; undefined: none was found. */
  readonly runtime: string | undefined;
  readonly hostname: string;
  readonly kernel: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly isRoot: boolean;
}

/** The version of lamina, and what it finds on this machine. */
export interface VersionInfo {
  readonly version: string;
  readonly node: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** The container runtime; undefined: none was found. */
  readonly runtime:
    | { readonly name: string; readonly path: string; readonly version: string }
    | undefined;
}
