/** What the last build of a Dockerfile did for each instruction. */
import type { Lamina, PastBuild, RecordedStep } from '../api/index.ts';
import type { InstructionNode } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import { humanDuration, humanSize } from '../progress/index.ts';

/** The steps of the last build by their instructions, as written on one line. */
export type LastBuild = ReadonlyMap<string, readonly RecordedStep[]>;

const NOTHING: LastBuild = new Map();
/** Milliseconds for which the list of builds is not read again: an editor asks while the pointer moves. */
const FRESH = 3_000;

/** Remembers the newest build of each file. */
export class LastBuilds {
  readonly #api: Pick<Lamina, 'listBuilds' | 'inspectBuild'>;
  readonly #known = new Map<string, { readonly id: string; readonly build: LastBuild }>();
  #list: readonly PastBuild[] = [];
  #listed = Number.NEGATIVE_INFINITY;

  constructor(api: Pick<Lamina, 'listBuilds' | 'inspectBuild'>) {
    this.#api = api;
  }

  /** @param path absolute, without links; @returns an empty map if no build is on record */
  async of(path: string, signal: AbortSignal): Promise<LastBuild> {
    try {
      if (performance.now() - this.#listed > FRESH) {
        this.#list = await this.#api.listBuilds({ signal });
        this.#listed = performance.now();
      }
      const id = this.#list.find(
        (one) => one.dockerfile === path && one.outcome === 'succeeded',
      )?.id;
      if (id === undefined) return NOTHING;
      const known = this.#known.get(path);
      if (known?.id === id) return known.build;
      const { steps } = await this.#api.inspectBuild({ build: id, signal });
      const build = Map.groupBy(
        steps.filter((step) => step.instruction !== null),
        ({ instruction }) => instruction ?? '',
      );
      this.#known.set(path, { id, build });
      return build;
    } catch (error) {
      // There is no store yet, or its records cannot be read.
      if (error instanceof AppError) return NOTHING;
      throw error;
    }
  }
}

/** In one line: `Last build: ran in 1.2s, layer of 3.4MB`. Undefined if the build had no such step. */
export function costOf(build: LastBuild, node: InstructionNode): string | undefined {
  const steps = build.get(node.original) ?? [];
  const line = node.range.start.line;
  const step = steps.find((one) => one.line === line) ?? steps[0];
  if (step === undefined) return undefined;
  const { status, milliseconds, bytes, layer } = step;
  const work = status === 'ran' ? `ran in ${humanDuration(milliseconds)}` : status;
  return `Last build: ${work}${layer === null ? '' : `, layer of ${humanSize(bytes)}`}`;
}
