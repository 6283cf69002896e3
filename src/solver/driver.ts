/**
 * What the solver knows of operations: how to key them and how to carry them out. It knows nothing of
 * containers or files.
 */
import type { Vertex, VertexInfo } from '../graph/index.ts';
import type { LayerId, StepWarning } from '../store/index.ts';

/** What a vertex made: the layers of its file system, bottom first. */
export interface VertexResult {
  readonly layers: readonly LayerId[];
  /** The layer the vertex added itself, if any. */
  readonly ownLayer: LayerId | undefined;
  /** Bytes of file content in the own layer. */
  readonly addedBytes: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** What the vertex has to tell about its result, whether it was made or found. */
  readonly warnings?: readonly StepWarning[] | undefined;
}

/** How an operation reaches its inputs. */
export interface Inputs {
  /** The output key of input `index`, without making the input. */
  key(index: number): Promise<string>;
  /** The input itself, made if need be. */
  result(index: number): Promise<VertexResult>;
  /**
   * A digest over some files of input `index`. It is remembered under the input's key and `selector`, so the
   * input is made only when nobody has asked this of it before.
   *
   * @param selector names which files and what of them is covered
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
  /** Waits for one of the `--jobs` places; whoever works holds one, whoever waits for an input does not. */
  readonly working: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A cache key, and what was already made on the way to it. */
export interface Keyed {
  readonly key: string;
  /** Carries the operation out with what keying has prepared, in place of the driver's `execute`. */
  readonly execute?: ((step: StepContext) => Promise<VertexResult>) | undefined;
  /** The digests of files that the key covers, for the record of the build: one for each source or mount that has some. */
  readonly content?: readonly string[] | undefined;
  /**
   * The key on other inputs; absent where the driver's `key` gives it without doing again what it has done.
   */
  readonly keyOn?: ((inputs: Pick<Inputs, 'key'>) => Promise<string>) | undefined;
  /** Called when the key was found in the cache, so that nothing prepared stays behind. */
  readonly discard?: (() => Promise<void>) | undefined;
}

/** How one kind of operation is keyed and carried out. */
export interface OpDriver {
  /**
   * The key covers the operation and, of each input, either its output key or the content of the files the
   * operation can see.
   */
  key(step: StepContext): Promise<Keyed>;
  execute(step: StepContext): Promise<VertexResult>;
  /** Begins what a step that is going to be executed needs, while its inputs are being made. */
  prepare?(step: StepContext): void;
  /** True for operations worth waiting for when another process is at the same one. */
  readonly isShared?: boolean | undefined;
  /** False for operations that cost nothing and leave no record: an image in the store, the context. */
  readonly recorded: boolean;
}
