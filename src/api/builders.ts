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
  /** Letters, digits, `.`, `_` and `-`; undefined: a name that is free, or with `append` the current builder. */
  readonly name?: string | undefined;
  /** Add a node to the builder, or replace its node of the same name, instead of replacing the builder. */
  readonly append?: boolean | undefined;
  /** The name of the node; undefined: one that is free. */
  readonly node?: string | undefined;
  /** Platforms that the node shall build, such as `linux/arm64`; undefined: those that its daemon names. */
  readonly platforms?: readonly string[] | undefined;
  /** How many targets a call of `bake` builds on the node at once, at least 1. By default 8, or any number on a builder with one node. */
  readonly capacity?: number | undefined;
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
  /** Only the node of this name leaves; a builder without nodes is removed. */
  readonly node?: string | undefined;
}

export interface ListBuildersOptions extends CallOptions {
  /** Only these; undefined: all. */
  readonly names?: readonly string[] | undefined;
}

/** A builder, and what its daemons say. */
export interface BuilderInfo {
  readonly name: string;
  /** Whether builds use it unless they name another. */
  readonly isCurrent: boolean;
  /** `buildx`: an instance of Docker's own command line, which lamina only reads. */
  readonly origin: 'lamina' | 'buildx';
  /** At least one. */
  readonly nodes: readonly BuilderNodeInfo[];
}

/** A daemon of a builder. */
export interface BuilderNodeInfo {
  readonly name: string;
  readonly address: string;
  readonly status: 'running' | 'unreachable';
  /** Why it is unreachable. */
  readonly error: string | undefined;
  /** Of its BuildKit; undefined: unknown. */
  readonly version: string | undefined;
  /** Those that the node was given, otherwise those that the daemon names; the first is its own. */
  readonly platforms: readonly string[];
  /** Undefined: the default. */
  readonly capacity: number | undefined;
}
