/** BuildKit daemons that builds can use. */
import type { CallOptions } from './store-options.ts';

/** Paths of PEM files, and the name in the server's certificate. */
export interface BuilderTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** By default the host of the address. */
  readonly servername?: string | undefined;
}

export interface CreateBuilderOptions extends CallOptions {
  /** Letters, digits, `.`, `_` and `-`; undefined: a name that is free. */
  readonly name?: string | undefined;
  /** `unix://PATH`, `tcp://HOST:PORT`, `ssh://HOST`, `docker://`, `docker-container://NAME`, `kube-pod://NAME`. */
  readonly address: string;
  readonly tls?: BuilderTls | undefined;
  /** Whether builds use it from now on. */
  readonly use?: boolean | undefined;
}

export interface UseBuilderOptions extends CallOptions {
  /** `default`: this machine. */
  readonly name: string;
}

export interface RemoveBuildersOptions extends CallOptions {
  readonly names: readonly string[];
}

export interface ListBuildersOptions extends CallOptions {
  /** Only these; undefined: all. */
  readonly names?: readonly string[] | undefined;
}

/** A builder, and what its daemon says. */
export interface BuilderInfo {
  readonly name: string;
  /** Whether builds use it unless they name another. */
  readonly isCurrent: boolean;
  /** `buildx`: an instance of Docker's own command line, which lamina only reads. */
  readonly origin: 'lamina' | 'buildx';
  readonly address: string;
  readonly status: 'running' | 'unreachable';
  /** Why it is unreachable. */
  readonly error: string | undefined;
  /** Of its BuildKit; undefined: unknown. */
  readonly version: string | undefined;
  readonly platforms: readonly string[];
}
