/** The store, and the machine as builds find it. */
export interface SystemInfo {
  /** Directory of all state. */
  readonly root: string;
  readonly images: number;
  /** Whose programs run here, this machine's first: `linux/amd64`. */
  readonly platforms: readonly string[];
  /** Name of what runs RUN steps and containers; undefined: none was found. */
  readonly runtime: string | undefined;
  readonly hostname: string;
  readonly kernel: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly isRoot: boolean;
}

/** This lamina, and what it finds on this machine. */
export interface VersionInfo {
  readonly version: string;
  readonly node: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** What RUN and `run` use; undefined: none was found. */
  readonly runtime:
    | { readonly name: string; readonly path: string; readonly version: string }
    | undefined;
}
