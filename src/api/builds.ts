/** What the public API takes and gives back about past builds. */
import type { AppError } from '../errors.ts';
import type { BuildRecord } from '../records/index.ts';
import type { StoreOptions } from './store-options.ts';

export interface ListBuildsOptions extends StoreOptions {
  /**
   * Called with BUILD_RECORD_DAMAGED or BUILD_RECORD_VERSION for each record that cannot be read and is left out. A record that is
   * asked for by its id is an error instead.
   */
  readonly onUnreadable?: ((error: AppError) => void) | undefined;
}

export interface PastBuildOptions extends ListBuildsOptions {
  /**
   * The id of a build or its beginning, or an image that it made: a name or id in the store, or an image of another transport, such as
   * `oci-archive:app.tar`; undefined: the newest build.
   */
  readonly build?: string | undefined;
}

export interface ExplainBuildOptions extends PastBuildOptions {
  /** The build to compare with, as `build` is given; undefined: the last one of the same Dockerfile and target. */
  readonly against?: string | undefined;
}

export interface RemoveBuildsOptions extends StoreOptions {
  /** Ids or their beginnings. */
  readonly builds?: readonly string[] | undefined;
  /** All of them. Default: no. */
  readonly all?: boolean | undefined;
}

export interface TraceBuildOptions extends PastBuildOptions {
  /** `chrome`: Chrome's trace events; `otlp`: OpenTelemetry's JSON. Default: `chrome`. */
  readonly format?: 'chrome' | 'otlp' | undefined;
}

export interface GraphBuildOptions extends PastBuildOptions {
  /** Default: `mermaid`. */
  readonly format?: 'mermaid' | 'dot' | 'svg' | 'json' | undefined;
}

/** A past build in a list. */
export interface PastBuild
  extends Pick<
    BuildRecord,
    | 'id'
    | 'started'
    | 'milliseconds'
    | 'outcome'
    | 'error'
    | 'dockerfile'
    | 'target'
    | 'platforms'
    | 'names'
  > {
  /** How many steps there were, and how many of them the cache had. */
  readonly steps: number;
  readonly cached: number;
  /** Ids of the images. */
  readonly images: readonly string[];
}
