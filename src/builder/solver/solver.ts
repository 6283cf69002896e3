/**
 * The request of a build and its results, whichever solver runs the graph: this machine (`local-solver/`) or another
 * one. The rest of `builder/` knows a solver only by this interface.
 */

import type { Vertex, VertexId } from '../../graph/index.ts';
import type { Image, LayerEncoding } from '../../image/index.ts';
import type { Reference } from '../../oci/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { StepSummary } from '../../progress/index.ts';
import type { IdentifiedStep, PortableResults, StepReport } from '../../solver/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { BuildCaches } from '../caches/index.ts';
import type { Definition } from '../definition/definition.ts';
import type { BuildRun } from '../run/build-run.ts';

export interface Solver {
  /**
   * Builds what the plans need, each vertex once, and reports its steps to `run.emit`. If the store was pruned
   * meanwhile, the build calls it again, with new plans.
   *
   * @throws the first failure of a step, after everything running has ended; AbortedError when `run.signal` is
   *   aborted
   */
  solve(request: SolveRequest): Promise<SolvedBuild>;
}

export interface SolveRequest {
  /** Options, signal, and receivers of events and warnings. */
  readonly run: BuildRun;
  /** The contexts used by vertices of the plans. */
  readonly definition: Definition;
  /** One for each platform; at least one. Their common parts have the same digests. */
  readonly plans: readonly BuildPlan[];
  /** Entries of caches from other machines. */
  readonly caches: BuildCaches;
  /** Do not empty cache mounts of steps that ignore the cache. */
  readonly keepsCacheMounts: boolean;
  /** The only place that needs the layers: a solver may move them there, and return lazy ones. */
  readonly pushTarget?: PushTarget | undefined;
  /** Gets a function that returns the state of the steps; it may be called once the solver has returned or failed. */
  readonly observe?: ((progress: SolveProgress) => void) | undefined;
}

/** A repository that the result is pushed to. */
export interface PushTarget {
  readonly repository: Pick<Reference, 'registry' | 'repository'>;
  readonly encoding: LayerEncoding;
  /** Whether it may use plain HTTP, or a certificate that nobody knows. */
  readonly insecure: boolean;
}

/** The state of the steps so far. */
export interface SolveProgress {
  readonly reports: () => readonly StepReport[];
  readonly identified: () => Promise<ReadonlyMap<VertexId, IdentifiedStep>>;
}

export interface SolvedBuild {
  /** One for each plan, in their order. */
  readonly results: readonly SolvedPlan[];
  /** The outcome of each visited vertex, in the order in which they ended. */
  readonly steps: readonly StepSummary[];
  /**
   * The layers of a vertex's file system, bottom first, as far as they are known without building it.
   * @returns undefined for a vertex that was not visited, or whose layers this machine's store does not have
   */
  readonly layersOf: (target: Vertex['inputs'][number]) => Promise<readonly LayerId[] | undefined>;
  /**
   * The results under our cache keys, for caches that this machine writes. Absent if the solver has keys of its own: it
   * then writes the requested caches itself.
   */
  readonly portable?: (() => Promise<PortableResults>) | undefined;
}

/**
 * The file system of one plan's target. Config and history are the plan's in any case, so that images are the same
 * whichever solver made their layers.
 */
export type SolvedPlan =
  | {
      readonly kind: 'layers';
      /** In the build's store, bottom first, including those of the base image. */
      readonly layers: readonly LayerId[];
      /** Fields of the image config with the inline cache, if the solver writes it itself. */
      readonly inlineCache?: Readonly<Record<string, string>> | undefined;
    }
  | {
      readonly kind: 'image';
      /** An image from elsewhere. Its layers are the base image's, then one for each history entry that has one. */
      readonly image: Image;
    };
