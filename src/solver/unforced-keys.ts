/**
 * The keys that other stores use. A step that ignored the cache gives its dependents keys of their own, which nobody
 * else can know. Exported results are under the keys of a build that forces nothing.
 */
import { digestOfParts, SCRATCH, type Vertex, type VertexId } from '../graph/index.ts';
import type { Inputs, Keyed, OpDriver, StepContext } from './driver.ts';

/** The state of a vertex in the solver. */
export interface KnownIdentity extends Keyed {
  /** The key that dependents have used. */
  readonly outputKey: string;
}

export interface UnforcedKeysOptions {
  readonly driverOf: (vertex: Vertex) => OpDriver;
  /** Undefined for a vertex that was not visited. */
  readonly identityOf: (id: VertexId) => Promise<KnownIdentity> | undefined;
  readonly stepOf: (id: VertexId) => StepContext;
}

type Target = Vertex['inputs'][number];

export class UnforcedKeys {
  readonly #options: UnforcedKeysOptions;
  readonly #keys = new Map<VertexId, Promise<string>>();

  constructor(options: UnforcedKeysOptions) {
    this.#options = options;
  }

  /** The key of a vertex, which its dependents use too. */
  of(target: Target): Promise<string> {
    if (target === SCRATCH) return Promise.resolve(SCRATCH);
    const known = this.#keys.get(target);
    if (known !== undefined) return known;
    // In a turn of its own: deep stage chains must not recurse.
    const key = Promise.resolve().then(() => this.#find(target));
    this.#keys.set(target, key);
    return key;
  }

  async #find(id: VertexId): Promise<string> {
    const { driverOf, identityOf, stepOf } = this.#options;
    const identity = await identityOf(id);
    if (identity === undefined) throw new Error(`nobody has looked at vertex ${id}`);
    const step = stepOf(id);
    const { vertex } = step;
    if (!(await this.#dependsOnForced(vertex))) return identity.key;
    const inputs = this.#inputs(step);
    if (identity.keyOn !== undefined) return identity.keyOn(inputs);
    const keyed = await driverOf(vertex).key({ ...step, inputs });
    await keyed.discard?.();
    return keyed.key;
  }

  async #dependsOnForced({ inputs }: Vertex): Promise<boolean> {
    const differs = await Promise.all(
      inputs.map(async (input) => {
        const identity = input === SCRATCH ? undefined : await this.#options.identityOf(input);
        return identity !== undefined && identity.outputKey !== (await this.of(input));
      }),
    );
    return differs.includes(true);
  }

  #inputs({ vertex, inputs }: StepContext): Inputs {
    return {
      ...inputs,
      key: (index) => {
        const input = vertex.inputs[index];
        if (input === undefined) throw new Error(`vertex ${vertex.id} has no input ${index}`);
        return this.of(input);
      },
    };
  }
}

/** The key of a remembered digest of some files of a result. */
export function contentName(outputKey: string, selector: string): string {
  return digestOfParts(outputKey, selector);
}
