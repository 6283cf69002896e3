/** The stages of a build with their times, what they need of each other, and which of them the build had to wait for. */
import { inputsFirst } from './step-order.ts';
import { type BuildRecord, isInDockerfile, type RecordedStage } from './types.ts';

export interface StageNode {
  readonly name: string;
  /** Of its steps together. */
  readonly milliseconds: number;
  readonly bytes: number | null;
  readonly steps: number;
  readonly cached: number;
  readonly isCritical: boolean;
}

export interface StageEdge {
  readonly from: string;
  readonly to: string;
  /** `FROM`, `COPY`, `mount`. */
  readonly label: string;
  readonly isCritical: boolean;
}

export interface StageGraph {
  /** In the order of the Dockerfile. */
  readonly nodes: readonly StageNode[];
  readonly edges: readonly StageEdge[];
  /** Names of the steps that the build had to wait for, one after the other. */
  readonly criticalPath: readonly string[];
  /** Their indexes in the record, also of those that took no time. */
  readonly criticalSteps: readonly number[];
  readonly criticalMilliseconds: number;
}

export function stageGraph(record: BuildRecord): StageGraph {
  const { steps } = record;
  const critical = criticalSteps(record);
  const groups = groupsOf(record);
  const names = [...new Set(groups.flatMap((name) => name ?? []))];
  const nodes = names.map((name): StageNode => {
    const own = steps.filter((step, index) => groups[index] === name && isInDockerfile(step));
    const stage = own.find((step) => step.stage !== null)?.stage ?? name;
    return {
      name,
      milliseconds: own.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      bytes: record.stages.find((one) => isStage(one, stage, name))?.bytes ?? null,
      steps: own.length,
      cached: own.filter(({ status }) => status === 'cached').length,
      isCritical: critical.some((index) => groups[index] === name),
    };
  });
  return {
    nodes,
    edges: edgesOf(record, groups, critical),
    criticalPath: critical.flatMap((index) =>
      (steps[index]?.milliseconds ?? 0) > 0 ? (steps[index]?.name ?? []) : [],
    ),
    criticalSteps: critical,
    criticalMilliseconds: critical.reduce(
      (sum, index) => sum + (steps[index]?.milliseconds ?? 0),
      0,
    ),
  };
}

/** The name of each step's node: its stage, for several platforms each of them. What ADD downloads goes with the ADD. */
function groupsOf({ steps, platforms }: BuildRecord): readonly (string | null)[] {
  const isForSeveral = platforms.length > 1;
  const groups = steps.map(({ stage, platform }) =>
    isForSeveral && stage !== null && platform !== null ? nodeName(stage, platform) : stage,
  );
  for (const index of inputsFirst(steps).toReversed()) {
    for (const input of steps[index]?.inputs ?? []) {
      const part = input === null ? undefined : steps[input];
      if (input === null || part === undefined || part.stage === null) continue;
      if (part.platform === null) groups[input] = groups[index] ?? null;
    }
  }
  return groups;
}

/** @param node the name of its node */
function isStage({ name, usedBy }: RecordedStage, stage: string, node: string): boolean {
  if (usedBy === undefined) return name === stage;
  const platform = name.slice(0, -usedBy.stage.length).trimEnd();
  return usedBy.stage === stage && node === nodeName(stage, platform);
}

function nodeName(stage: string, platform: string): string {
  return `${stage} (${platform})`;
}

function edgesOf(
  record: BuildRecord,
  groups: readonly (string | null)[],
  critical: readonly number[],
): readonly StageEdge[] {
  const { steps } = record;
  const edges = new Map<string, StageEdge>();
  steps.forEach((step, index) => {
    step.inputs.forEach((input, position) => {
      const [from, to] = [groups[input ?? -1], groups[index]];
      if (!from || !to || from === to || input === null) return;
      if (position === 0 && !mayBegin(record, steps[input]?.stage, step.stage)) return;
      const label = position === 0 ? 'FROM' : step.kind === 'exec' ? 'mount' : 'COPY';
      const at = critical.indexOf(index);
      const isCritical = at > 0 && critical[at - 1] === input;
      const key = JSON.stringify([from, to, label]);
      const known = edges.get(key);
      edges.set(key, { from, to, label, isCritical: isCritical || known?.isCritical === true });
    });
  });
  return [...edges.values()];
}

/** Whether a stage stands on another one, not just on a step that both have: the same base image, or the same first instructions. */
function mayBegin(
  { beginnings = [] }: BuildRecord,
  base: string | null | undefined,
  stage: string | null,
): boolean {
  const own = beginnings.filter((beginning) => beginning.stage === stage);
  return own.length === 0 || own.some(({ name }) => name.toLowerCase() === base?.toLowerCase());
}

/** Indexes of the steps on the longest way through the graph, first ones first; none where no step took time. */
function criticalSteps({ steps }: BuildRecord): readonly number[] {
  const lengths = new Map<number, number>();
  const before = new Map<number, number>();
  let last: number | undefined;
  for (const index of inputsFirst(steps)) {
    const inputs = (steps[index]?.inputs ?? []).filter((input) => input !== null);
    let [longest, length] = [inputs[0], lengths.get(inputs[0] ?? -1) ?? 0];
    for (const input of inputs) {
      const other = lengths.get(input) ?? 0;
      if (other > length) [longest, length] = [input, other];
    }
    if (longest !== undefined) before.set(index, longest);
    const total = length + (steps[index]?.milliseconds ?? 0);
    lengths.set(index, total);
    if (total > (lengths.get(last ?? -1) ?? 0)) last = index;
  }
  const path: number[] = [];
  for (let at = last; at !== undefined; at = before.get(at)) path.unshift(at);
  return path;
}
