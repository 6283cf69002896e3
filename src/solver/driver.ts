/**
 * The solver's interface of operations: how to key and execute them. The solver knows nothing of containers or files.
 */
import type { Vertex, VertexInfo } from '../graph/index.ts';
import type { LayerId, StepWarning } from '../store/index.ts';

/** The result of a vertex: the layers of its file system, bottom first. */
export interface VertexResult {
  readonly layers: readonly LayerId[];
  /** The layer the vertex added itself, if any. */
  readonly ownLayer: LayerId | undefined;
  /** Bytes of file content in the own layer. */
  readonly addedBytes: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Warnings of the vertex about its result, whether it was made or found. */
  readonly warnings?: readonly StepWarning[] | undefined;
}

/** Access of an operation to its inputs. */
export interface Inputs {
  /** The output key of input `index`, without making the input. */
  key(index: number): Promise<string>;
  /** The input itself, made if needed. */
  result(index: number): Promise<VertexResult>;
  /**
   * A digest over some files of input `index`. It is remembered under the input's key and `selector`, so the input is
   * made only if nothing has computed the digest before.
   *
   * @param selector identifies the covered files and their covered properties
   */
  contentDigest(
    index: number,
    selector: string,
    compute: (input: VertexResult) => Promise<string>,
  ): Promise<string>;
}

export interface StepContext {
  readonly vertex: Vertex;
  readonly info: VertexInfo;
  readonly inputs: Inputs;
  readonly signal: AbortSignal;
  /** Waits for one of the `--jobs` slots; working operations hold one, operations that wait for an input do not. */
  readonly working: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A cache key, and work already done on the way to it. */
export interface Keyed {
  readonly key: string;
  /** Executes the operation with what keying has prepared, instead of the driver's `execute`. */
  readonly execute?: ((step: StepContext) => Promise<VertexResult>) | undefined;
  /** The digests of files that the key covers, for the record of the build: one for each source or mount that has some. */
  readonly content?: readonly string[] | undefined;
  /**
   * The key on other inputs; absent if the driver's `key` gives it without repeating work.
   */
  readonly keyOn?: ((inputs: Pick<Inputs, 'key'>) => Promise<string>) | undefined;
  /** Called when the key was found in the cache, to release everything prepared. */
  readonly discard?: (() => Promise<void>) | undefined;
}

/** How one kind of operation is keyed and executed. */
export interface OpDriver {
  /**
   * The key covers the operation and, for each input, either its output key or the content of the files that the
   * operation can see.
   */
  key(step: StepContext): Promise<Keyed>;
  execute(step: StepContext): Promise<VertexResult>;
  /** Starts preparing a step that will be executed, while its inputs are being made. */
  prepare?(step: StepContext): void;
  /** True for operations worth waiting for when another process runs the same one. */
  readonly isShared?: boolean | undefined;
  /** False for operations that cost nothing and have no record: an image in the store, the context. */
  readonly recorded: boolean;
}
