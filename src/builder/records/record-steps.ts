/** The steps of a build in its record. */
import type { Graph, Vertex, VertexId } from '../../graph/index.ts';
import { mountRules } from '../../graph/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import type { BuildPlan, StepVariable } from '../../plan/index.ts';
import type {
  RecordedBeginning,
  RecordedContent,
  RecordedStep,
  RecordedVariable,
} from '../../records/index.ts';
import type { IdentifiedStep, StepReport } from '../../solver/index.ts';
import type { CacheAnswer } from '../caches/index.ts';
import { stepInfos } from '../steps/step-infos.ts';
import type { HiddenValues } from './hidden-values.ts';
import { parametersOf } from './parameters.ts';
import type { StepTimes } from './step-times.ts';

export interface SolvedFacts {
  readonly graph: Graph;
  /** Needed ones, inputs before their users. */
  readonly vertices: readonly Vertex[];
  readonly plans: readonly BuildPlan[];
  readonly reports: ReadonlyMap<VertexId, StepReport>;
  readonly identified: ReadonlyMap<VertexId, IdentifiedStep>;
  readonly times: StepTimes;
  readonly hidden: HiddenValues;
  /** Of the imported caches. */
  readonly answers: readonly CacheAnswer[];
  /** The flag that made steps ignore the cache. */
  readonly forcedBy: string;
}

export interface RecordedSteps {
  readonly steps: readonly RecordedStep[];
  readonly variables: readonly (readonly RecordedVariable[])[];
  readonly beginnings: readonly RecordedBeginning[];
  /** The step that made a layer of the store. */
  readonly stepOfLayer: ReadonlyMap<string, number>;
}

export function recordSteps(facts: SolvedFacts): RecordedSteps {
  const stepOf = stepInfos(facts.graph);
  const lines = new Map(facts.vertices.map(({ id }) => [id, stepOf(id).line ?? 0]));
  const ordered = [...facts.vertices].sort(
    (a, b) => (lines.get(a.id) ?? 0) - (lines.get(b.id) ?? 0),
  );
  const indexes = new Map(ordered.map(({ id }, index) => [id, index]));
  const sets = new VariableSets(facts);
  const stepOfLayer = new Map<string, number>();
  const steps = ordered.map((vertex, index): RecordedStep => {
    const step = recordStep(facts, vertex, { indexes, sets, info: stepOf(vertex.id) });
    if (step.layer !== null) stepOfLayer.set(step.layer, index);
    return step;
  });
  const beginnings = recordBeginnings(facts, { indexes, sets });
  return { steps, variables: sets.all, beginnings, stepOfLayer };
}

function recordBeginnings(
  { plans, hidden }: SolvedFacts,
  { indexes, sets }: Pick<StepSurroundings, 'indexes' | 'sets'>,
): readonly RecordedBeginning[] {
  return plans.flatMap(({ stages }) =>
    stages.flatMap(({ name: stage, platform, root, beginning }) => {
      if (root === undefined || platform === undefined || beginning === undefined) return [];
      return {
        stage,
        platform: formatPlatform(platform),
        name: hidden.text(beginning.name),
        step: beginning.root === 'scratch' ? null : (indexes.get(beginning.root) ?? null),
        variables: sets.add(beginning.variables.toArray()),
      };
    }),
  );
}

interface StepSurroundings {
  readonly indexes: ReadonlyMap<VertexId, number>;
  readonly sets: VariableSets;
  readonly info: ReturnType<ReturnType<typeof stepInfos>>;
}

function recordStep(
  facts: SolvedFacts,
  vertex: Vertex,
  { indexes, sets, info }: StepSurroundings,
): RecordedStep {
  const { id, op } = vertex;
  const { hidden, times } = facts;
  const vertexInfo = facts.graph.info.get(id);
  const report = facts.reports.get(id);
  const known = facts.identified.get(id);
  const time = times.of(id);
  const costsNothing = op.kind === 'image' || op.kind === 'context';
  const { instruction, platform, ignoreCache = false, image } = vertexInfo ?? {};
  const status = costsNothing || report?.cached === true ? 'cached' : undefined;
  const parameters = {
    ...parametersOf(op),
    ...(image?.reference && { reference: image.reference }),
  };
  return {
    name: hidden.text(info.name),
    kind: op.kind,
    stage: info.stage ?? null,
    line: info.line ?? null,
    instruction: instruction === undefined ? null : hidden.text(instruction),
    status: status ?? (report !== undefined || time !== undefined ? 'ran' : 'skipped'),
    ...(time?.failed === true && { failed: true }),
    began: costsNothing ? null : (time?.began ?? null),
    milliseconds: costsNothing ? 0 : (report?.durationMs ?? time?.milliseconds ?? 0),
    bytes: report?.addedBytes ?? 0,
    layer: known?.ownLayer ?? null,
    inputs: vertex.inputs.map((input) =>
      input === 'scratch' ? null : (indexes.get(input) ?? null),
    ),
    platform: platform === undefined ? null : formatPlatform(platform),
    forced: ignoreCache && !costsNothing ? facts.forcedBy : null,
    key: known?.key ?? null,
    outputKey: known?.outputKey ?? null,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, text]) => [name, hidden.text(text)]),
    ),
    variables: sets.indexOf(id),
    content: contentOf(vertex, known?.content ?? [], hidden),
    ...(report?.cached === false && heldBy(facts.answers, instruction)),
  };
}

function heldBy(
  answers: readonly CacheAnswer[],
  instruction: string | undefined,
): Pick<RecordedStep, 'heldBy'> {
  if (instruction === undefined) return {};
  const found = answers.flatMap((answer, index) =>
    answer.kind === 'read' && answer.holds(instruction) ? [index] : [],
  );
  return found.length === 0 ? {} : { heldBy: found };
}

function contentOf(
  { op }: Vertex,
  digests: readonly string[],
  hidden: HiddenValues,
): readonly RecordedContent[] {
  const what = usesOf(op);
  return digests.flatMap((digest, index) => {
    const use = what[index];
    return use === undefined || digest === ''
      ? []
      : { ...use, what: hidden.text(use.what), digest };
  });
}

/** In the order in which drivers make the digests. */
function usesOf(op: Vertex['op']): readonly Omit<RecordedContent, 'digest'>[] {
  switch (op.kind) {
    case 'copy':
      return op.sources.flatMap((source) =>
        source.kind === 'tree'
          ? { input: source.input, use: 'source' as const, what: source.paths.join(' ') }
          : [],
      );
    case 'exec':
      return op.mounts.flatMap((mount) => {
        const { files } = mountRules(mount);
        if (files === undefined) return [];
        return { input: files()?.input ?? null, use: 'mount' as const, what: mount.target ?? '' };
      });
    case 'http':
      return [{ input: null, use: 'fetched', what: op.url }];
    case 'git':
      return [{ input: null, use: 'fetched', what: [op.remote, op.ref].filter(Boolean).join('#') }];
    default:
      return [];
  }
}

/** Each set of variables once: most steps of a stage have the same. */
class VariableSets {
  readonly all: (readonly RecordedVariable[])[] = [];
  readonly #known = new Map<string, number>();
  readonly #lists = new Map<VertexId, readonly StepVariable[]>();
  readonly #hidden: HiddenValues;

  constructor({ plans, vertices, hidden }: SolvedFacts) {
    this.#hidden = hidden;
    const needed = new Set(vertices.map(({ id }) => id));
    for (const [id, list] of plans.flatMap(({ variablesOf }) => [...variablesOf])) {
      if (this.#lists.has(id) || !needed.has(id)) continue;
      const variables = list();
      this.#lists.set(id, variables);
      for (const variable of variables) hidden.note(variable);
    }
    for (const { beginning } of plans.flatMap(({ stages }) => stages)) {
      for (const variable of beginning?.variables.toArray() ?? []) hidden.note(variable);
    }
  }

  indexOf(id: VertexId): number | null {
    return this.add(this.#lists.get(id) ?? []);
  }

  /** @returns the index of the set; null for an empty one */
  add(list: readonly StepVariable[]): number | null {
    if (list.length === 0) return null;
    const recorded = list.map((variable) => this.#hidden.variable(variable));
    const text = JSON.stringify(recorded);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.all.length);
    return this.all.push(recorded) - 1;
  }
}
