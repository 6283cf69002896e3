/**
 * What a build asks for, and what it gets back, whoever carries out the graph: this machine (`local-solver/`) or
 * another one. The rest of `builder/` knows a solver by this interface only.
 */

import type { Vertex, VertexId } from '../../graph/index.ts';
import type { Image } from '../../image/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { StepSummary } from '../../progress/index.ts';
import type { IdentifiedStep, PortableResults, StepReport } from '../../solver/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { BuildCaches } from '../caches/index.ts';
import type { Definition } from '../definition/definition.ts';
import type { BuildRun } from '../run/build-run.ts';

export interface Solver {
  /**
   * Makes what the plans need, each thing once, and reports its steps to `run.emit`. A build whose store was pruned
   * meanwhile asks again, with new plans.
   *
   * @throws the first failure of a step, after everything that was running has ended; AbortedError when `run.signal`
   *   ended it
   */
  solve(request: SolveRequest): Promise<SolvedBuild>;
}

export interface SolveRequest {
  /** Options, signal, and where events and warnings go. */
  readonly run: BuildRun;
  /** The contexts that vertices of the plans name. */
  readonly definition: Definition;
  /** One for each platform; at least one. What they have in common has the same digests. */
  readonly plans: readonly BuildPlan[];
  /** What caches of other machines know. */
  readonly caches: BuildCaches;
  /** Cache mounts of steps that ignore the cache are not emptied. */
  readonly keepsCacheMounts: boolean;
  /** Given a way to ask what became of the steps, which may be used when the solver has answered or failed. */
  readonly observe?: ((progress: SolveProgress) => void) | undefined;
}

/** What became of the steps so far. */
export interface SolveProgress {
  readonly reports: () => readonly StepReport[];
  readonly identified: () => Promise<ReadonlyMap<VertexId, IdentifiedStep>>;
}

export interface SolvedBuild {
  /** One for each plan, in their order. */
  readonly results: readonly SolvedPlan[];
  /** What happened to each vertex that was looked at, in the order in which they ended. */
  readonly steps: readonly StepSummary[];
  /**
   * The layers of a vertex's file system, bottom first, as far as that is known without making it.
   * @returns undefined for a vertex that nobody looked at, or whose layers this machine's store does not have
   */
  readonly layersOf: (target: Vertex['inputs'][number]) => Promise<readonly LayerId[] | undefined>;
  /**
   * The results under our cache keys, for caches that this machine writes. Absent where the solver has keys of its
   * own: it then writes the caches that the build was asked for.
   */
  readonly portable?: (() => Promise<PortableResults>) | undefined;
}

/**
 * The file system of one plan's target. Config and history are the plan's in either case, so that images come out the
 * same whoever made their layers.
 */
export type SolvedPlan =
  | {
      readonly kind: 'layers';
      /** In the build's store, bottom first, those of the base image included. */
      readonly layers: readonly LayerId[];
    }
  | {
      readonly kind: 'image';
      /** An image from elsewhere. Its layers are those of the base image, then one for each entry of the history that has one. */
      readonly image: Image;
    };
