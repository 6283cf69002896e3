/** Options and results of bills of materials. */
import type { StoreOptions } from './store-options.ts';

/** `spdx`: SPDX 2.3; `cyclonedx`: CycloneDX 1.6. */
export type SbomFormat = 'spdx' | 'cyclonedx';

/** Of which image, and in which form. */
export interface SbomOptions extends StoreOptions {
  /** A name of any transport; without one, a name in the store. */
  readonly image: string;
  /** `os/arch[/variant]`; undefined: the best image of an index for this machine. */
  readonly platform?: string | undefined;
  /** Default: `spdx`. */
  readonly format?: SbomFormat | undefined;
}

/** A bill of materials. */
export interface Sbom {
  /** The document, for JSON. The same image gives the same document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The packages in it, sorted, each once. */
  readonly packages: readonly {
    readonly type: string;
    readonly name: string;
    readonly version: string;
  }[];
  /** What could not be read, so that packages may be missing. */
  readonly problems: readonly string[];
}
