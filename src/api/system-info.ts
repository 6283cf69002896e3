import type { StoreOptions } from './store-options.ts';

export interface SystemInfoOptions extends StoreOptions {
  /** Where programs are: PATH, LAMINA_RUNTIME. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

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
